/**
 * Reads a request body whole, up to a limit. It holds however the body is framed, so a request never costs more
 * memory than that. What is too large can be read on and dropped for a while: a sender that is cut off while it
 * writes may never see the answer.
 */
import { err, ok, type Result } from './result';

/** @param limit bytes. @param drained bytes up to which a body that is too large is read on */
export async function readBody(
  request: Request,
  limit: number,
  drained = 0,
): Promise<Result<Uint8Array, 'too_large' | 'interrupted'>> {
  const { headers } = request;
  const length = headers.get('content-length');
  const declared = length === null ? null : Number(length);
  // Asking for `body` makes a stream, which costs as much as reading it.
  if (declared !== null && declared <= limit && !headers.has('transfer-encoding')) {
    return readDeclared(request, limit);
  }
  const { body } = request;
  if (body === null) return ok(new Uint8Array());
  return readStream(body, limit, declared ?? 0, Math.max(limit, drained));
}

/** The length is the transport's to keep, so the body can be read in one piece. */
async function readDeclared(
  request: Request,
  limit: number,
): Promise<Result<Uint8Array, 'too_large' | 'interrupted'>> {
  try {
    const body = new Uint8Array(await request.arrayBuffer());
    return body.byteLength > limit ? err('too_large') : ok(body);
  } catch {
    return err('interrupted');
  }
}

async function readStream(
  body: ReadableStream<Uint8Array>,
  limit: number,
  declared: number,
  most: number,
): Promise<Result<Uint8Array, 'too_large' | 'interrupted'>> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
      if (length > most) {
        await reader.cancel();
        break;
      }
      if (Math.max(length, declared) <= limit) chunks.push(value);
      else chunks.length = 0;
    }
  } catch {
    // The sender hung up in the middle: nothing was received, and there is no one to answer.
    return err('interrupted');
  }
  if (length > limit) return err('too_large');
  const [only] = chunks;
  return ok(chunks.length === 1 && only !== undefined ? only : joined(chunks, length));
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
