/** The answer of a provider's API, read with a bound on its size. */

/** Entities are far smaller. */
const MAX_ENTITY_BYTES = 1024 * 1024;

/** The body of an answer as JSON; null when it is not JSON or too large. Rejects when reading fails. */
export async function readJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body === null) return null;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > MAX_ENTITY_BYTES) return null;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(await new Blob(chunks).text());
  } catch {
    return null;
  }
}
