/**
 * Interprets a signature scheme: is this request signed with one of these secrets?
 *
 * Fails closed. Comparison is `crypto.subtle.verify`, in constant time. The work is bounded whatever is sent:
 * MAX_SIGNATURES x MAX_SECRETS x MAX_TEMPLATES comparisons. Details name what is wrong and never carry a secret, a
 * signature or a value of the body; they are for the log, the sender hears one message for all.
 * A scheme that leaves the body unsigned (`bodySigned: false`) passes for any body: that is the caller's to mark.
 */
import { type JsonDocument, type JsonProblem, parseJson } from '../json/parse';
import { err, ok, type Result } from '../result';
import { decode } from './encoding';
import { compileTemplate, expandTemplate, type MessageInput, type Template } from './message';
import type { Scheme } from './scheme';
import { isStale, readTimestamp } from './timestamp';

const MAX_SIGNATURES = 16;
const MAX_SECRETS = 4;
const MAX_TEMPLATES = 4;

/** A secret as its owner wrote it; `id` says later which one matched. */
export type Secret = { id: string; text: string };

export type SignedRequest = { headers: Headers; body: Uint8Array };

/** `message` is the template whose bytes were signed. */
export type Match = { secretId: string; message: string };

export type SignatureFailure = { reason: 'missing' | 'malformed' | 'mismatch' | 'stale'; detail: string };

const DIGEST = {
  'hmac-sha1': { hash: 'SHA-1', bytes: 20 },
  'hmac-sha256': { hash: 'SHA-256', bytes: 32 },
  'hmac-sha512': { hash: 'SHA-512', bytes: 64 },
} as const;

const encoder = new TextEncoder();

/**
 * Verifies a request.
 * @param secrets newest first; those beyond MAX_SECRETS are not tried
 * @param nowMs ms since 1970, for schemes that sign a timestamp
 */
export async function verify(
  scheme: Scheme,
  secrets: readonly Secret[],
  request: SignedRequest,
  nowMs: number,
): Promise<Result<Match, SignatureFailure>> {
  const signatures = readSignatures(scheme, request.headers);
  if (!signatures.ok) return signatures;

  let parsed: Result<JsonDocument, JsonProblem> | undefined;
  const document = () => {
    parsed ??= parseJson(request.body);
    return parsed;
  };
  const timestamp = readTimestamp(scheme.ts, request.headers, document);
  if (!timestamp.ok) return err({ reason: timestamp.error, detail: `timestamp: ${timestamp.error}` });

  const input: MessageInput = { body: request.body, document, timestamp: timestamp.value?.text ?? null };
  const matched = await firstMatch(scheme, secrets, signatures.value, input);
  if (!matched.ok) return matched;

  // Judged last, so that "stale" is only said of what was really signed.
  if (timestamp.value !== null && isStale(timestamp.value, scheme.ts?.tol ?? null, nowMs)) {
    return err({ reason: 'stale', detail: 'timestamp: outside the tolerance' });
  }
  return matched;
}

/** Why a secret cannot be used with a scheme, in words that follow "the secret"; null when it can. */
export function secretProblem(scheme: Scheme, text: string): string | null {
  if (text === '') return 'must not be empty';
  if (keyBytes(scheme, text) !== null) return null;
  return scheme.key.enc === 'utf8' ? 'must be well-formed text' : `must be ${scheme.key.enc}`;
}

function readSignatures(scheme: Scheme, headers: Headers): Result<Uint8Array[], SignatureFailure> {
  const candidates: Uint8Array[] = [];
  let problem: SignatureFailure | null = null;
  for (const { h, prefix = '' } of scheme.sig.slice(0, MAX_SIGNATURES)) {
    const value = headers.get(h);
    if (value === null) continue;
    const bytes = value.startsWith(prefix) ? decode(value.slice(prefix.length), scheme.enc) : null;
    // Only whole digests are compared: a truncated one would be easier to guess.
    if (bytes?.length === DIGEST[scheme.alg].bytes) candidates.push(bytes);
    else problem ??= { reason: 'malformed', detail: `${h}: not a ${scheme.enc} ${scheme.alg} signature` };
  }
  if (candidates.length > 0) return ok(candidates);
  return err(
    problem ?? { reason: 'missing', detail: `${scheme.sig.map(({ h }) => h).join(', ')}: not sent` },
  );
}

async function firstMatch(
  scheme: Scheme,
  secrets: readonly Secret[],
  signatures: Uint8Array[],
  input: MessageInput,
): Promise<Result<Match, SignatureFailure>> {
  const keys = await importKeys(scheme, secrets);
  let problem: string | null = null;
  let compared = false;
  for (const template of compiled(scheme)) {
    const message = template.ok ? expandTemplate(template.value, input) : template;
    if (!template.ok || !message.ok) {
      problem ??= message.ok ? null : message.error;
      continue;
    }
    compared = true;
    for (const { id, key } of keys) {
      for (const signature of signatures) {
        if (await crypto.subtle.verify('HMAC', key, signature, message.value)) {
          return ok({ secretId: id, message: template.value.source });
        }
      }
    }
  }
  if (!compared) return err({ reason: 'malformed', detail: problem ?? 'the scheme signs nothing' });
  return err({ reason: 'mismatch', detail: keys.length === 0 ? 'no usable secret' : 'no secret matches' });
}

/** Templates are compiled once per scheme: schemes are tables that live as long as the Worker, or with a record. */
const templates = new WeakMap<Scheme, Result<Template, string>[]>();

function compiled(scheme: Scheme): Result<Template, string>[] {
  let list = templates.get(scheme);
  if (list === undefined) {
    list = scheme.msg.slice(0, MAX_TEMPLATES).map(compileTemplate);
    templates.set(scheme, list);
  }
  return list;
}

async function importKeys(
  scheme: Scheme,
  secrets: readonly Secret[],
): Promise<{ id: string; key: CryptoKey }[]> {
  const algorithm = { name: 'HMAC', hash: DIGEST[scheme.alg].hash };
  const keys: { id: string; key: CryptoKey }[] = [];
  for (const { id, text } of secrets.slice(0, MAX_SECRETS)) {
    const bytes = keyBytes(scheme, text);
    if (bytes === null) continue;
    keys.push({ id, key: await crypto.subtle.importKey('raw', bytes, algorithm, false, ['verify']) });
  }
  return keys;
}

/** The key of a secret text; null when it has none: empty, not well-formed, or not in the scheme's encoding. */
function keyBytes(scheme: Scheme, text: string): Uint8Array | null {
  // A lone surrogate would become U+FFFD: two secrets, one key.
  const bytes =
    scheme.key.enc !== 'utf8'
      ? decode(text, scheme.key.enc)
      : text.isWellFormed()
        ? encoder.encode(text)
        : null;
  return bytes !== null && bytes.length > 0 ? bytes : null;
}
