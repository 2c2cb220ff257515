/**
 * Why a signature does not fit: undoes the usual mistakes one by one, and names the one after which it does.
 *
 * Such a mistake is `shown`: with it undone the signature verifies, which no accident does. Where none is, what the secret
 * or the headers look like may say something; that is `likely`. The work is bounded by the lists of changes: some hundred
 * signatures over a body. Names no secret, no expected signature and no value of the body, so its answer may be shown to
 * whoever may see a refusal.
 */
import type { Secret } from '../keys';
import type { SignedRequest } from '../request-view';
import type { Scheme } from '../scheme';
import { type SignatureFailure, toleranceOf, verify } from '../verify';
import { addressChanges } from './address-changes';
import { bodyChanges } from './body-changes';
import { headersOf, lostHeaders, renamedBack } from './header-changes';
import { type Mistake, otherProvider, tooNew, tooOld } from './mistakes';
import { schemeChanges } from './scheme-changes';
import { secretChanges } from './secret-changes';
import { shapeOf } from './secret-shapes';

export type ExplainedProvider = { name: string; title: string; scheme: Scheme };

export type Asked = {
  provider: ExplainedProvider;
  secrets: readonly Secret[];
  request: SignedRequest;
  /** When the request arrived, ms since 1970. */
  nowMs: number;
  /** Other providers, whose request it might be. */
  others: readonly ExplainedProvider[];
  /** Addresses besides the request's own that the provider may have been given. */
  addresses: readonly string[];
};

export type Explanation =
  | { verdict: 'valid' }
  | {
      verdict: SignatureFailure['reason'];
      detail: string;
      /** `shown`: the signature fits without it. `likely`: it looks like it. Null where nothing was found. */
      certainty: 'shown' | 'likely' | null;
      mistake: Mistake | null;
    };

type Attempt = { scheme: Scheme; secrets: readonly Secret[]; request: SignedRequest; mistake: Mistake };

/** Verifies a request, and says what is wrong with it where it is not valid. */
export async function explain(asked: Asked): Promise<Explanation> {
  const { provider, secrets, request, nowMs } = asked;
  const result = await verify(provider.scheme, secrets, request, nowMs);
  if (result.ok) return { verdict: 'valid' };
  const { reason, detail, ageMs } = result.error;
  const answer = (certainty: 'shown' | 'likely' | null, mistake: Mistake | null): Explanation => ({
    ...{ verdict: reason, detail, certainty, mistake },
  });
  // Judged last: all else is right.
  if (ageMs !== undefined) return answer('shown', staleness(ageMs, provider.scheme, request));
  for (const attempt of attempts(asked)) {
    const fits = await verify(ageless(attempt.scheme), attempt.secrets, attempt.request, nowMs);
    if (fits.ok) return answer('shown', attempt.mistake);
  }
  const likely = likelyMistake(asked);
  return answer(likely === null ? null : 'likely', likely);
}

/** How old it is was judged, or will be told; what is looked for here is something else. */
const ageless = (scheme: Scheme): Scheme =>
  scheme.ts === undefined ? scheme : { ...scheme, ts: { ...scheme.ts, tol: null } };

/** From the frequent to the rare. */
function* attempts({ provider, secrets, request, others, addresses }: Asked): Generator<Attempt> {
  const { scheme } = provider;
  const same = { scheme, secrets, request };
  const renamed = renamedBack(scheme, request.headers);
  if (renamed !== null)
    yield { ...same, request: { ...request, headers: renamed.headers }, mistake: renamed.mistake };
  for (const secret of secrets) {
    for (const change of secretChanges(scheme, secret)) {
      yield { request, scheme: change.scheme, secrets: [change.secret], mistake: change.mistake };
    }
  }
  for (const change of schemeChanges(scheme)) yield { ...same, ...change };
  if (signsAddress(scheme)) {
    for (const { url, mistake } of addressChanges(request, addresses)) {
      yield { ...same, request: { ...request, url }, mistake };
    }
  }
  for (const { body, mistake } of bodyChanges(request.body)) {
    yield { ...same, request: { ...request, body }, mistake };
  }
  for (const other of others) {
    if (other.name === provider.name || !hasHeadersOf(other.scheme, request.headers)) continue;
    yield { ...same, scheme: other.scheme, mistake: otherProvider(other.title, true) };
  }
}

const signsAddress = ({ msg }: Scheme): boolean => msg.some(template => /\{(url|q:)/.test(template));

const hasHeadersOf = (scheme: Scheme, headers: Headers): boolean => {
  const names = headersOf(scheme);
  return names.length > 0 && names.every(name => headers.has(name));
};

function staleness(ageMs: number, scheme: Scheme, request: SignedRequest): Mistake {
  const allowed = inWords(toleranceOf(scheme, request) ?? 0);
  const age = inWords(Math.round(Math.abs(ageMs) / 1000));
  return ageMs < 0 ? tooNew(age, allowed) : tooOld(age, allowed);
}

function inWords(seconds: number): string {
  for (const [unit, size] of [
    ['days', 86_400],
    ['hours', 3600],
    ['minutes', 60],
  ] as const) {
    if (seconds >= 2 * size) return `${Math.round(seconds / size)} ${unit}`;
  }
  return `${seconds} seconds`;
}

/** What it looks like, where nothing could be shown. */
function likelyMistake({ provider, secrets, request, others }: Asked): Mistake | null {
  const lost = lostHeaders(provider.scheme, request.headers);
  if (lost !== null) {
    const other = others.find(
      ({ name, scheme }) => name !== provider.name && hasHeadersOf(scheme, request.headers),
    );
    return other === undefined ? lost : otherProvider(other.title, false);
  }
  for (const { text } of secrets) {
    const shape = shapeOf(text, provider.name);
    if (shape !== null) return shape;
  }
  return null;
}
