/**
 * The headers a user adds to every delivery, as an object or as ShipStream's `Name: value` lines. What the gateway
 * or the connection owns cannot be set, and no value can start a header of its own.
 */
import { comparableName, isReservedName } from '../delivery/header-names';
import { err, ok, type Result } from '../result';

const MAX_EXTRA_HEADERS = 50;
const MAX_EXTRA_HEADERS_BYTES = 8 * 1024;

/** `position` counts headers from 1, as written. Values are never part of a problem: they carry credentials. */
export type HeadersProblem =
  | { reason: 'no_colon'; position: number }
  | { reason: 'bad_name'; position: number }
  | { reason: 'bad_value'; position: number }
  | { reason: 'forbidden'; position: number; name: string }
  | { reason: 'too_many' }
  | { reason: 'too_large' };

/** RFC 9110 section 5.6.2, token. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible ASCII with blanks and tabs between. */
const VALUE = /^(?:[!-~](?:[ \t!-~]*[!-~])?)?$/;

/** Name-value pairs in the order given, names as written, values without blanks around them. */
export function parseExtraHeaders(
  given: string | Readonly<Record<string, string>>,
): Result<[string, string][], HeadersProblem> {
  const pairs: [string, string][] = [];
  if (typeof given === 'string') {
    for (const line of given.split(/\r?\n/).filter(line => line.trim() !== '')) {
      const colon = line.indexOf(':');
      if (colon < 0) return err({ reason: 'no_colon', position: pairs.length + 1 });
      pairs.push([line.slice(0, colon), line.slice(colon + 1)]);
    }
  } else {
    pairs.push(...Object.entries(given));
  }
  if (pairs.length > MAX_EXTRA_HEADERS) return err({ reason: 'too_many' });
  const headers: [string, string][] = [];
  let bytes = 0;
  for (const [rawName, rawValue] of pairs) {
    const position = headers.length + 1;
    const name = rawName.replace(/^[ \t]+|[ \t]+$/g, '');
    const value = rawValue.replace(/^[ \t]+|[ \t]+$/g, '');
    if (!NAME.test(name)) return err({ reason: 'bad_name', position });
    if (!VALUE.test(value)) return err({ reason: 'bad_value', position });
    // Cloudflare's edge refuses requests that bring a `cf-` header of their own.
    if (isReservedName(name) || comparableName(name).startsWith('cf-')) {
      return err({ reason: 'forbidden', position, name: name.slice(0, 60) });
    }
    bytes += name.length + value.length;
    headers.push([name, value]);
  }
  return bytes > MAX_EXTRA_HEADERS_BYTES ? err({ reason: 'too_large' }) : ok(headers);
}

/** The problem in words. */
export function headersProblemText(problem: HeadersProblem): string {
  switch (problem.reason) {
    case 'no_colon':
      return `header ${problem.position} is not of the form "Name: value"`;
    case 'bad_name':
      return `the name of header ${problem.position} is not a header name`;
    case 'bad_value':
      return `the value of header ${problem.position} has characters other than visible ASCII, blanks and tabs`;
    case 'forbidden':
      return `header ${problem.position}, ${problem.name}, is set by the gateway or the connection and cannot be given`;
    case 'too_many':
      return `must be at most ${MAX_EXTRA_HEADERS} headers`;
    case 'too_large':
      return `must be at most ${MAX_EXTRA_HEADERS_BYTES} bytes, names and values together`;
  }
}
