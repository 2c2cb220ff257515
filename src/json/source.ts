/**
 * The source text of one value in JSON text: what was written, not what a parser rounds it to
 * (`9007199254740993` parses as …992, `4.00000000000000000001` as 4).
 *
 * Where a key on the path is repeated, the last one counts, as with `JSON.parse`. The result says so, because another
 * parser may take the first. Keys off the path are not checked; `ambiguity.ts` checks all. The text must be valid JSON.
 */
import type { JsonKind } from './kind';
import { formatPointer } from './pointer';
import { afterSpace, afterString, afterValue, CODE, stringAt } from './scan';

type Source = {
  /** What is at the path; `missing` where the path leads nowhere. */
  kind: JsonKind | 'missing';
  /** Its source text, with quotes around a string; empty for containers and where it is missing. */
  text: string;
  /** Pointer of the first key on the path that its object gives more than once; null where none is. */
  repeated: string | null;
};

/** Reads the source of the value at `path` (see `parsePointer`). Array positions are plain decimal, as in RFC 6901. */
export function readSource(text: string, path: readonly string[]): Source {
  const { at, repeated } = locate(text, path);
  if (at === -1) return { kind: 'missing', text: '', repeated };
  const kind = kindAt(text, at);
  const isContainer = kind === 'object' || kind === 'array';
  return { kind, text: isContainer ? '' : text.slice(at, afterValue(text, at)), repeated };
}

/** Where the value at `path` starts, -1 where the path leads nowhere; `repeated` as in `Source`. */
export function locate(text: string, path: readonly string[]): { at: number; repeated: string | null } {
  let at = afterSpace(text, 0);
  let repeated: string | null = null;
  for (const [depth, token] of path.entries()) {
    const code = text.charCodeAt(at);
    if (code === CODE.OPEN_OBJECT) {
      const member = findMember(text, at, token);
      if (member.count > 1) repeated ??= formatPointer(path.slice(0, depth + 1));
      at = member.at;
    } else {
      at = code === CODE.OPEN_ARRAY ? findElement(text, at, token) : -1;
    }
    if (at === -1) break;
  }
  return { at, repeated };
}

/** Where the value of the last member named `key` starts (-1: none), and how many members have that name. */
function findMember(text: string, open: number, key: string): { at: number; count: number } {
  let at = -1;
  let count = 0;
  let i = afterSpace(text, open + 1);
  while (text.charCodeAt(i) === CODE.QUOTE) {
    const keyEnd = afterString(text, i);
    const valueAt = afterSpace(text, afterSpace(text, keyEnd) + 1);
    if (stringAt(text, i, keyEnd) === key) {
      at = valueAt;
      count++;
    }
    i = afterSpace(text, afterValue(text, valueAt));
    if (text.charCodeAt(i) === CODE.COMMA) i = afterSpace(text, i + 1);
  }
  return { at, count };
}

/** Where the element at position `token` starts; -1 where there is none. */
function findElement(text: string, open: number, token: string): number {
  if (!/^(0|[1-9]\d*)$/.test(token)) return -1;
  let i = afterSpace(text, open + 1);
  for (let left = Number(token); i < text.length && text.charCodeAt(i) !== CODE.CLOSE_ARRAY; left--) {
    if (left === 0) return i;
    i = afterSpace(text, afterValue(text, i));
    if (text.charCodeAt(i) === CODE.COMMA) i = afterSpace(text, i + 1);
  }
  return -1;
}

function kindAt(text: string, at: number): JsonKind {
  switch (text[at]) {
    case '{':
      return 'object';
    case '[':
      return 'array';
    case '"':
      return 'string';
    case 't':
    case 'f':
      return 'boolean';
    case 'n':
      return 'null';
    default:
      return 'number';
  }
}
