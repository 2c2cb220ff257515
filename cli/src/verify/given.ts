/** What `gapless verify` is to look at: out of a raw request on stdin, or out of options. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import type { SignedRequest } from '../../../src/signature/request-view';
import { EXIT, Stop } from '../ending';
import { pairOf } from '../given/pairs';
import { addressOf, parseHeader, parseRequest } from './raw-request';

export type RequestOptions = {
  body?: string;
  header?: string[];
  method?: string;
  requestUrl?: string;
  setting?: string[];
};

export type Given = { request: SignedRequest; doubts: string[] };

const stop = (text: string): Stop => new Stop(EXIT.usage, text);

export async function givenRequest(options: RequestOptions): Promise<Given> {
  const cfg = Object.fromEntries((options.setting ?? []).map(text => pairOf(text, '--setting')));
  const added = (options.header ?? []).map(line => {
    const header = parseHeader(line);
    if (!header.ok) throw stop(header.error);
    return header.value;
  });
  if (options.body !== undefined) {
    const body = await readFile(options.body).catch((error: Error) => {
      throw stop(`The body cannot be read: ${error.message}`);
    });
    const { method = 'POST', requestUrl: url = 'https://localhost/' } = options;
    return {
      request: { method, url, headers: headersOf(added), body: new Uint8Array(body), cfg },
      doubts: [],
    };
  }
  if (process.stdin.isTTY === true)
    throw stop('Give a request on stdin (request line, headers, empty line, body), or --body and --header.');
  const raw = parseRequest(new Uint8Array(await buffer(process.stdin)));
  if (!raw.ok) throw stop(raw.error);
  const { method, headers, body, doubts } = raw.value;
  const request = {
    ...{ method: options.method ?? method, url: options.requestUrl ?? addressOf(raw.value) },
    ...{ headers: headersOf([...headers, ...added]), body, cfg },
  };
  return { request, doubts };
}

function headersOf(pairs: readonly (readonly [string, string])[]): Headers {
  const headers = new Headers();
  for (const [name, value] of pairs) headers.append(name, value);
  return headers;
}
