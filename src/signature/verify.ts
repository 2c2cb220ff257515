/**
 * Whether a request is signed with one of the given secrets, as a scheme says. What cannot be read or built is a failure.
 *
 * WebCrypto compares, in constant time. The work is bounded whatever is sent: MAX_SIGNATURES signatures (fewer with public keys,
 * `compare.ts`), MAX_SECRETS secrets, MAX_TEMPLATES messages of MAX_MESSAGE_BYTES, MAX_ELEMENTS elements, three spellings of the address. The body is parsed
 * once, and gone through once for all places that the scheme names; whoever describes it then is given what was parsed.
 *
 * Details name what is wrong and never contain a secret, a signature or a value of the body. They are for the log: the
 * sender gets one message for all failures. With a scheme that leaves the body unsigned (`bodySigned: false`) any body
 * passes, and the caller marks the event.
 */
import { elementsAt } from '../json/elements';
import type { JsonDocument } from '../json/parse';
import { err, ok, type Result } from '../result';
import { spellingsOf } from './address';
import { matches } from './compare';
import { compileScheme } from './compile';
import type { CompiledScheme } from './compiled-scheme';
import { digestProblem } from './digest';
import type { Fields } from './form';
import { MAX_SECRETS, type Secret } from './keys';
import { expandTemplate, isReadOneWay, type MessageContext } from './message';
import type { ParsedBody } from './parsed-body';
import { detailOf, RequestView, type SignedRequest } from './request-view';
import type { Scheme } from './scheme';
import { readSignatures } from './signatures';
import { isOutsideTolerance, isTolerance, readTime } from './timestamp';

const MAX_ELEMENTS = 100;

/** `message` is the template whose bytes were signed, and `signed` those bytes (empty for a token). */
type Signed = { secretId: string; message: string; signed: Uint8Array };

/** What was signed, and the body that it was signed with, as far as that has been parsed. */
export type Match = Signed & { body: ParsedBody };

export type SignatureFailure = {
  /**
   * `missing`: a signature or timestamp was not sent; `malformed`: something cannot be read; `mismatch`: no secret fits;
   * `digest`: signed, but not with this body; `stale`: signed, but too long ago or too far ahead.
   */
  reason: 'missing' | 'malformed' | 'mismatch' | 'digest' | 'stale';
  detail: string;
  /** Of a stale one: how long ago it was signed, in ms; negative where that is ahead. */
  ageMs?: number;
};

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
  const compiled = compileScheme(scheme);
  if (!compiled.ok) return failure('malformed', `scheme: ${compiled.error[0]?.path}`);
  const [url = '', ...others] = signsAddress(compiled.value) ? spellingsOf(request.url) : [request.url];
  const view = new RequestView({ ...request, url }, compiled.value.pointers);
  let result = await verifyAs(compiled.value, secrets, view, nowMs);
  for (const spelling of others) {
    if (result.ok || result.error.reason !== 'mismatch') break;
    result = await verifyAs(compiled.value, secrets, view.at(spelling), nowMs);
  }
  return result;
}

const signsAddress = ({ templates }: CompiledScheme): boolean =>
  templates.some(({ parts }) => parts.some(({ kind }) => kind === 'url'));

async function verifyAs(
  compiled: CompiledScheme,
  secrets: readonly Secret[],
  view: RequestView,
  nowMs: number,
): Promise<Result<Match, SignatureFailure>> {
  const { scheme, digest } = compiled;
  const candidates = candidatesOf(compiled, view);
  if (!candidates.ok) return candidates;

  const matched = await firstMatch(scheme, secrets, candidates.value.candidates);
  if (matched === null) {
    const unreadable = candidates.value.candidates.map(unreadableMessage).find(problem => problem !== null);
    return unreadable === undefined
      ? failure('mismatch', 'no secret matches')
      : failure('malformed', unreadable);
  }
  if (scheme.digest !== undefined && digest !== null) {
    const problem = await digestProblem(scheme.digest, digest, view);
    if (problem !== null) return failure('digest', problem);
  }
  // Judged last, so that only a request that was really signed is called stale.
  const tolerance = toleranceOf(scheme, view.request);
  const stale = candidates.value.times.find(time => isOutsideTolerance(time, tolerance, nowMs));
  if (stale !== undefined) {
    return err({ reason: 'stale', detail: 'timestamp: outside the tolerance', ageMs: nowMs - stale });
  }
  return ok({ ...matched, body: view.body });
}

/** What the webhook's owner allows, in seconds; null where the scheme does not check the age. */
export function toleranceOf({ ts }: Scheme, { cfg }: SignedRequest): number | null {
  const tolerance = ts?.tol ?? null;
  const wanted = Object.hasOwn(cfg, 'tolerance_seconds') ? cfg.tolerance_seconds : undefined;
  return tolerance !== null && wanted !== undefined && isTolerance(wanted) ? Number(wanted) : tolerance;
}

/** What one body, or one element of it, claims to be signed with, and the messages that may have been signed. */
type Candidate = { signatures: Uint8Array[]; messages: Message[] };

/** Built when it is first asked for: canonical JSON of a large body costs more than an HMAC. */
type Message = { source: string; bytes: () => Result<Uint8Array, string> };

/** `times`: of each candidate that has one, in ms since 1970. */
type Candidates = { candidates: Candidate[]; times: number[] };

function candidatesOf(compiled: CompiledScheme, view: RequestView): Result<Candidates, SignatureFailure> {
  const elements = elementsOf(compiled, view);
  if (!elements.ok) return elements;
  const candidates: Candidate[] = [];
  const times: number[] = [];
  for (const element of elements.value) {
    const { signatures, fields, problem } = readSignatures(compiled.scheme, compiled.places, view, element);
    if (signatures.length === 0) return err(problem ?? { reason: 'missing', detail: 'no signature' });
    const timestamp = timestampOf(compiled, view, element, fields);
    if (!timestamp.ok) return timestamp;
    if (timestamp.value.ms !== null) times.push(timestamp.value.ms);
    const context = { element, timestamp: timestamp.value.text, signatureFields: fields };
    candidates.push({ signatures, messages: messagesOf(compiled, view, context) });
  }
  return ok({ candidates, times });
}

/** The elements that must verify one by one; without `each` the body as a whole, as null. */
function elementsOf(
  { each }: CompiledScheme,
  view: RequestView,
): Result<(JsonDocument | null)[], SignatureFailure> {
  if (each === null) return ok([null]);
  if (!view.document.ok) return failure('malformed', `body: ${view.document.error}`);
  const elements = elementsAt(view.document.value, each, MAX_ELEMENTS);
  if (!elements.ok) return failure('malformed', `each: ${elements.error}`);
  // No element, no signature: nothing would be verified.
  return elements.value.length === 0 ? failure('missing', 'each: empty') : elements;
}

function timestampOf(
  { scheme, timestamp }: CompiledScheme,
  view: RequestView,
  element: JsonDocument | null,
  fields: Fields,
): Result<{ text: string | null; ms: number | null }, SignatureFailure> {
  if (scheme.ts === undefined || timestamp === null) return ok({ text: null, ms: null });
  const text = view.read(timestamp, element, fields);
  if (!text.ok) {
    const reason = text.error.cause === 'missing' ? 'missing' : 'malformed';
    return failure(reason, `timestamp: ${detailOf(text.error)}`);
  }
  const ms = readTime(text.value, scheme.ts.fmt);
  return ms === null ? failure('malformed', 'timestamp: malformed') : ok({ text: text.value, ms });
}

/** One message per template. A token is compared with nothing of the request. */
function messagesOf(
  { scheme, templates }: CompiledScheme,
  view: RequestView,
  context: MessageContext,
): Message[] {
  if (scheme.alg === 'token') return [{ source: 'token', bytes: () => ok(new Uint8Array()) }];
  const readable = templates.filter(template => isReadOneWay(template, view, context));
  return readable.map(template => {
    let made: Result<Uint8Array, string> | undefined;
    const bytes = () => {
      made ??= expandTemplate(template, view, context);
      return made;
    };
    return { source: template.source, bytes };
  });
}

/** Why no template can be filled from the request; null when one can. */
function unreadableMessage({ messages }: Candidate): string | null {
  const made = messages.map(message => message.bytes());
  const [first] = made;
  return first === undefined || first.ok || made.some(({ ok }) => ok) ? null : first.error;
}

/** The first secret that every candidate was signed with, and the message of the first candidate. */
async function firstMatch(
  scheme: Scheme,
  secrets: readonly Secret[],
  candidates: readonly Candidate[],
): Promise<Signed | null> {
  for (const secret of secrets.slice(0, MAX_SECRETS)) {
    let match: Signed | null = null;
    for (const candidate of candidates) {
      const found = await matchOf(scheme, secret, candidate);
      match = found === null ? null : (match ?? found);
      if (found === null) break;
    }
    if (match !== null) return match;
  }
  return null;
}

async function matchOf(
  scheme: Scheme,
  secret: Secret,
  { signatures, messages }: Candidate,
): Promise<Signed | null> {
  for (const { source, bytes } of messages) {
    const message = bytes();
    if (message.ok && (await matches(scheme, secret, signatures, message.value))) {
      return { secretId: secret.id, message: source, signed: message.value };
    }
  }
  return null;
}

const failure = (
  reason: SignatureFailure['reason'],
  detail: string,
): { ok: false; error: SignatureFailure } => err({ reason, detail });
