/**
 * A POST whose framing the test chooses: with `transfer-encoding: chunked` the body goes in chunks of 64 KiB without a
 * length. An answer that comes before the body has been sent counts, as it does for a real sender.
 */
import { type IncomingHttpHeaders, request } from 'node:http';

const CHUNK_BYTES = 64 * 1024;

export type RawAnswer = { status: number; headers: IncomingHttpHeaders; text: string };

export function postRaw(url: string, body: Uint8Array, headers: Record<string, string>): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', headers, agent: false }, response => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('close', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    call.on('error', reject);
    for (let at = 0; at < body.length; at += CHUNK_BYTES) call.write(body.subarray(at, at + CHUNK_BYTES));
    call.end();
  });
}
