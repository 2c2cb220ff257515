/** A request that is stored, of an event or of a refusal, as answers show it: header values and the body. */

/** Headers by name. Repeated ones are joined to one, as HTTP reads them (RFC 9110 section 5.3). */
export function joinedHeaders(headers: readonly [string, string][]): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(values);
}

/** The body as `body` where it is UTF-8, byte for byte, and as `body_base64` otherwise; null for one that was erased. */
export function bodyView(body: Uint8Array | null): { body: string | null } | { body_base64: string } {
  if (body === null) return { body: null };
  try {
    return { body: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body) };
  } catch {
    return { body_base64: body.toBase64() };
  }
}
