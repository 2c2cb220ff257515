/** A request as it went over the wire, or as it was pasted into a file: request line, headers, an empty line, body bytes. Pure. */
import { err, ok, type Result } from '../../../src/result';

export type RawRequest = {
  method: string;
  /** What stands in the request line: a path, or an address. */
  target: string;
  headers: [name: string, value: string][];
  body: Uint8Array;
  /** What looks odd about it, in sentences. */
  doubts: string[];
};

const LF = 0x0a;
const CR = 0x0d;

/** Lines end with CR LF or LF. An error is a sentence. */
export function parseRequest(bytes: Uint8Array): Result<RawRequest, string> {
  const lines: string[] = [];
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(LF, at);
    if (end === -1) return err('It has no empty line between headers and body.');
    const isCrLf = end > at && bytes[end - 1] === CR;
    // Header values are bytes of which Latin-1 loses none.
    const line = Buffer.from(bytes.subarray(at, isCrLf ? end - 1 : end)).toString('latin1');
    at = end + 1;
    if (line === '') break;
    lines.push(line);
  }
  const [first = '', ...rest] = lines;
  const [, method, target] = /^([A-Z]+) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/.exec(first) ?? [];
  if (method === undefined || target === undefined)
    return err('Its first line is no request line, like POST /hooks HTTP/1.1.');
  const headers: [string, string][] = [];
  for (const [index, line] of rest.entries()) {
    const header = parseHeader(line);
    if (!header.ok) return err(`Line ${index + 2}: ${header.error}`);
    headers.push(header.value);
  }
  const body = bytes.slice(at);
  return ok({ method, target, headers, body, doubts: doubtsOf(headers, body) });
}

/** `name: value`. An error is a sentence, without the line: its value may be a secret. */
export function parseHeader(line: string): Result<[name: string, value: string], string> {
  const [, name, value] = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
  if (name === undefined || value === undefined) return err('A header is written like name: value.');
  return ok([name, value]);
}

function doubtsOf(headers: readonly [string, string][], body: Uint8Array): string[] {
  const valueIn = (name: string) => headers.find(([other]) => other.toLowerCase() === name)?.[1];
  const doubts: string[] = [];
  const length = valueIn('content-length');
  if (length !== undefined && Number(length) !== body.length)
    doubts.push(`Content-Length is ${length}, and the body has ${body.length} bytes.`);
  if (/chunked/i.test(valueIn('transfer-encoding') ?? ''))
    doubts.push('It was sent in chunks: give the body without the lines that say how long they are.');
  if (/gzip|deflate|br/i.test(valueIn('content-encoding') ?? ''))
    doubts.push('Its body is compressed: most providers sign it as it is before that.');
  return doubts;
}

/** The address that was asked for, where the request line has only a path. */
export function addressOf({ target, headers }: RawRequest): string {
  if (/^https?:/.test(target)) return target;
  const host = headers.find(([name]) => name.toLowerCase() === 'host')?.[1] ?? 'localhost';
  return `https://${host}${target}`;
}
