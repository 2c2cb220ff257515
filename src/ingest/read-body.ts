/**
 * Reads a request body whole, up to a limit. It holds however the body is framed: a declared length over the limit is
 * refused unread, and a stream that grows past it is cancelled there, so a request never costs more memory than that.
 */
import { err, ok, type Result } from '../result';

/** @param limit bytes */
export async function readBody(
  request: Request,
  limit: number,
): Promise<Result<Uint8Array, 'too_large' | 'interrupted'>> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > limit) {
    await request.body?.cancel();
    return err('too_large');
  }
  if (request.body === null) return ok(new Uint8Array());
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (true) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.byteLength;
      if (length > limit) {
        await reader.cancel();
        return err('too_large');
      }
      chunks.push(value);
    }
  } catch {
    // The provider hung up in the middle: nothing was received, and there is no one to answer.
    return err('interrupted');
  }
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
