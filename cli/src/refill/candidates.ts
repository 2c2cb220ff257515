/**
 * Events out of a file, a line each: the body alone, as the provider sends it, or an object of `body` (or `body_base64`),
 * `headers` and `query`, as `gapless tail --json --body` prints events. Which number each has is read as the gateway reads it. Pure.
 */
import type { Provider } from '../../../src/providers/provider';
import { err, ok, type Result } from '../../../src/result';
import { ParsedBody } from '../../../src/signature/parsed-body';
import type { Schemas } from '../gateway/api';

export type Candidate = {
  /** Of the file, from 1. */
  line: number;
  /** Null where it has none, or where the provider does not number its events. */
  incrementId: number | null;
  topic: string;
  /** It is not as the provider would send it. */
  isOdd: boolean;
  event: Schemas['AddedEvent'];
};

/** An error is a sentence that names the line. */
export function candidatesIn(text: string, provider: Provider): Result<Candidate[], string> {
  const candidates: Candidate[] = [];
  for (const [at, content] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    if (content.trim() === '') continue;
    const json = parsed(content);
    if (json === undefined) return err(`Line ${at + 1} is no JSON: there has to be an event on each.`);
    const event = isWrapped(json) ? unwrapped(json) : { body: content };
    const { topic, incrementId, issues } = provider.describe({
      headers: headersOf(event),
      query: event.query ?? '',
      body: new ParsedBody(bytesOf(event)),
    });
    candidates.push({ line: at + 1, incrementId, topic, isOdd: issues.length > 0, event });
  }
  return ok(candidates);
}

type Wrapped = {
  body?: string | null;
  body_base64?: string | null;
  headers?: Record<string, string>;
  query?: string;
};

/** Payloads may have a `body` too: with headers beside it, or with nothing else, it is meant as here. */
function isWrapped(json: unknown): json is Wrapped {
  if (typeof json !== 'object' || json === null) return false;
  const { body, body_base64, headers, ...others }: Record<string, unknown> = { ...json };
  const hasBody = typeof body === 'string' || typeof body_base64 === 'string';
  const { query: _, ...more } = others;
  return hasBody && (typeof headers === 'object' || Object.keys(more).length === 0);
}

const unwrapped = ({ body, body_base64, headers, query }: Wrapped): Schemas['AddedEvent'] => ({
  ...(typeof body === 'string' ? { body } : { body_base64: body_base64 ?? null }),
  ...(headers === undefined ? {} : { headers }),
  ...(query ? { query } : {}),
});

function headersOf({ headers }: Schemas['AddedEvent']): Headers {
  const all = new Headers({ 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value);
  return all;
}

const bytesOf = ({ body, body_base64 }: Schemas['AddedEvent']): Uint8Array =>
  typeof body === 'string' ? new TextEncoder().encode(body) : Buffer.from(body_base64 ?? '', 'base64');

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
