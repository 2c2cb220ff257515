/**
 * A sample request of any provider in whose scheme the gateway can sign. Body, headers and query hold no more than the topic,
 * the ids and what is signed, in the places that the provider's declaration names.
 *
 * The gateway cannot sign where it knows only the public key, or where the signature is in the body.
 */

import type { Secret } from '../signature/keys';
import { ParsedBody } from '../signature/parsed-body';
import { parseReference, type Reference, type SignedRequest } from '../signature/request-view';
import type { Scheme } from '../signature/scheme';
import { tokenHeaders } from '../signature/shared-token';
import { canSign, sign } from '../signature/sign';
import { writeTime } from '../signature/timestamp';
import type { Provider } from './provider';
import type { Sample, SampleWish } from './samples';
import { compileTextSource } from './text-source';

/** The value of a field that is signed and may be anything. */
const FILLER = 'sample';
const DEFAULT_TOPIC = 'gapless.sample';

/** The parts of a request while it is being filled. */
type Draft = {
  json: unknown;
  form: URLSearchParams;
  /** JSON that form fields hold. */
  inFields: Map<string, unknown>;
  query: URLSearchParams;
  headers: Headers;
  isForm: boolean;
};

/**
 * The sample, signed; null where the gateway cannot sign in the provider's scheme.
 * @param addressed makes the request under the address that its sender would have signed
 */
export async function plainSample(
  provider: Provider,
  wish: SampleWish,
  addressed: (parts: { headers: Headers; query: string; body: Uint8Array }) => SignedRequest,
): Promise<Sample | null> {
  const { scheme } = provider;
  if (!canSign(scheme) && !isToken(scheme)) return null;
  const sample = await unsignedSample(provider, wish);
  const headers = new Headers(sample.headers);
  const body = new TextEncoder().encode(sample.body);
  const request = addressed({ headers, query: sample.query, body });
  const signed = await signature(scheme, { id: 'sample', text: wish.secret }, request, wish.now);
  if (signed === null) return null;
  for (const [name, value] of signed) headers.set(name, value);
  return { ...sample, headers: Object.fromEntries(headers) };
}

/** The same before it is signed, of any provider. */
export async function unsignedSample(provider: Provider, wish: SampleWish): Promise<Sample> {
  const draft = drafted(provider, wish);
  const body = draft.isForm ? draft.form.toString() : JSON.stringify(draft.json);
  const bytes = new TextEncoder().encode(body);
  await addDigest(provider.scheme, draft, bytes);
  const { headers } = draft;
  headers.set('content-type', draft.isForm ? 'application/x-www-form-urlencoded' : 'application/json');
  listHeaders(provider.scheme, headers);
  const query = draft.query.toString();
  const { topic } = provider.describe({ headers, query, body: new ParsedBody(bytes) });
  return { topic, headers: Object.fromEntries(headers), query, body };
}

/** Where a named part of the signature lists the headers that are signed, all that there are. */
function listHeaders({ msg, sig }: Scheme, headers: Headers): void {
  const [source] = sig;
  const named = /\{headers:(\w+)\}/.exec(msg.join(''))?.[1];
  if (named === undefined || source?.h === undefined) return;
  headers.set(source.h, `${named}${source.kv}${[...headers.keys()].join(' ')}`);
}

const isToken = ({ alg, sig }: Scheme): boolean => alg === 'token' && sig[0]?.h !== undefined;

async function signature(
  scheme: Scheme,
  secret: Secret,
  request: SignedRequest,
  now: number,
): Promise<[string, string][] | null> {
  if (isToken(scheme)) return tokenHeaders(scheme, secret.text);
  return (await sign(scheme, secret, request, now))?.set ?? null;
}

function drafted({ scheme, guide }: Provider, { topic, incrementId, now, nonce }: SampleWish): Draft {
  const { reads } = guide;
  const message = scheme.msg.join('');
  const draft: Draft = {
    json: null,
    form: new URLSearchParams(),
    inFields: new Map(),
    query: new URLSearchParams(),
    headers: new Headers(),
    isForm: /\{form[:*]/.test(message) || /(^|, |\{)(form:|json\??@)/.test(reads.topic),
  };
  fill(draft, firstOf(reads.topic, draft.isForm), topic ?? DEFAULT_TOPIC);
  fill(draft, firstOf(reads.eventId ?? '', draft.isForm), `sample-${nonce}`);
  if (incrementId !== null && reads.incrementId !== null) {
    fill(draft, references(reads.incrementId), String(incrementId));
  }
  const time = scheme.ts === undefined ? null : parseReference(scheme.ts.from);
  if (scheme.ts !== undefined && time !== null) fill(draft, [time], writeTime(now, scheme.ts.fmt));
  const signed = [...message.matchAll(/\{([^{}]+)\}/g)].map(([, token = '']) => parseReference(token));
  for (const reference of signed) if (reference !== null) fill(draft, [reference], FILLER);
  draft.json ??= { sample: nonce };
  for (const [field, json] of draft.inFields) draft.form.set(field, JSON.stringify(json));
  return draft;
}

/** The first of several places that exists in a request of this kind: a form has no JSON, and JSON no form fields. */
function firstOf(sources: string, isForm: boolean): Reference[] {
  const places = sources.split(', ').map(references);
  const isElsewhere = isForm ? isInJsonBody : isInForm;
  const fits = (place: Reference[]) => place.length > 0 && !place.some(isElsewhere);
  return places.find(fits) ?? [];
}

const isInJsonBody = (reference: Reference): boolean => reference.kind === 'json' && reference.field === null;

const isInForm = (reference: Reference): boolean =>
  reference.kind === 'form' || (reference.kind === 'json' && reference.field !== null);

function references(source: string): Reference[] {
  const compiled = compileTextSource(source);
  return compiled.ok ? compiled.value.parts.filter(part => typeof part !== 'string') : [];
}

/** Puts a text where the first reference points, and a filler where the others do. What is there already stays. */
function fill(draft: Draft, places: readonly Reference[], text: string): void {
  for (const [index, reference] of places.entries()) {
    const value = index === 0 ? text : FILLER;
    switch (reference.kind) {
      case 'h':
        if (!draft.headers.has(reference.name)) draft.headers.set(reference.name, value);
        break;
      case 'q':
        if (!draft.query.has(reference.name)) draft.query.set(reference.name, value);
        break;
      case 'form':
        if (!draft.form.has(reference.name)) draft.form.set(reference.name, value);
        break;
      case 'json':
        if (reference.field === null) draft.json = withText(draft.json, reference.path, value);
        else {
          const before = draft.inFields.get(reference.field) ?? null;
          draft.inFields.set(reference.field, withText(before, reference.path, value));
        }
        break;
      case 'cfg':
      case 'sig':
        break;
    }
  }
}

/** JSON with a text added at a path. Where there is nothing yet, a numeric step makes a list. */
function withText(json: unknown, [step, ...rest]: readonly string[], text: string): unknown {
  if (step === undefined) return json ?? text;
  if (Array.isArray(json) || (json === null && /^\d+$/.test(step))) {
    const list: unknown[] = Array.isArray(json) ? json : [];
    return [withText(list[0] ?? null, rest, text), ...list.slice(1)];
  }
  const members = new Map(Object.entries(typeof json === 'object' && json !== null ? json : {}));
  members.set(step, withText(members.get(step) ?? null, rest, text));
  // Keys are sorted, as schemes over canonical JSON sign them.
  return Object.fromEntries([...members].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Puts the digest of the body where a scheme has it that signs it in place of the body. */
export async function addDigest(
  { digest }: Scheme,
  { headers, query }: Pick<Draft, 'headers' | 'query'>,
  body: Uint8Array,
): Promise<void> {
  const place = digest === undefined ? null : parseReference(digest.from);
  if (place === null || digest === undefined) return;
  const name = digest.alg.replace('sha', 'SHA-');
  const bytes = new Uint8Array(await crypto.subtle.digest(name, body));
  const text = digest.enc === 'hex' ? bytes.toHex() : bytes.toBase64();
  if (place.kind === 'h') headers.set(place.name, text);
  if (place.kind === 'q') query.set(place.name, text);
}
