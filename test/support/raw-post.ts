/**
 * A POST whose framing the test chooses: with `transfer-encoding: chunked` the body goes without a length, otherwise the
 * headers say. It is patient: after `before` bytes it waits for an early answer, and sends the rest only where none comes.
 * A sender that went on regardless could lose the answer to a connection reset.
 */
import { type IncomingHttpHeaders, request } from 'node:http';

const PATIENCE_MS = 20_000;

export type RawAnswer = { status: number; headers: IncomingHttpHeaders; text: string };

export function postRaw(
  url: string,
  body: Uint8Array,
  headers: Record<string, string>,
  before: number,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, agent: false });
    call.flushHeaders();
    if (before > 0) call.write(body.subarray(0, before));
    const rest = setTimeout(() => call.end(body.subarray(before)), PATIENCE_MS);
    call.on('response', response => {
      clearTimeout(rest);
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        call.destroy();
      });
    });
    call.on('error', reject);
  });
}
