/**
 * Compiles a scheme: parses its references and templates, and finds everything that does not fit together. `verify` works
 * with the result, and a user's scheme is checked this way when a webhook is created.
 */
import { parsePointer } from '../json/pointer';
import { err, ok, type Result } from '../result';
import type { CompiledScheme } from './compiled-scheme';
import { compileTemplate, type Template } from './message';
import { withEnds } from './parts';
import { parseReference, type Reference } from './request-view';
import type { Algorithm, KeyEncoding, Scheme } from './scheme';
import type { Place } from './signatures';

export const MAX_TEMPLATES = 4;
export const MAX_SOURCES = 8;
/** Tokens in one template, and JSON pointers in all of them. */
const MAX_TOKENS = 32;

/** What is wrong with a scheme: a JSON pointer into it, and words without values. */
export type SchemeProblem = { path: string; message: string };

const KEYS: Record<Algorithm, readonly KeyEncoding[]> = {
  'hmac-sha1': ['utf8', 'base64', 'hex', 'raw-hex', 'raw-base64'],
  'hmac-sha256': ['utf8', 'base64', 'hex', 'raw-hex', 'raw-base64'],
  'hmac-sha512': ['utf8', 'base64', 'hex', 'raw-hex', 'raw-base64'],
  ed25519: ['raw-hex', 'raw-base64', 'spki-base64'],
  'ecdsa-p256-sha256': ['spki-base64'],
  'rsa-pkcs1-sha256': ['spki-base64'],
  token: ['utf8'],
};

const known = new WeakMap<Scheme, Result<CompiledScheme, SchemeProblem[]>>();

/** The compiled scheme, or what is wrong with it. Compiled once per scheme object and remembered with it. */
export function compileScheme(scheme: Scheme): Result<CompiledScheme, SchemeProblem[]> {
  const before = known.get(scheme);
  if (before !== undefined) return before;
  const result = compile(scheme);
  known.set(scheme, result);
  return result;
}

function compile(scheme: Scheme): Result<CompiledScheme, SchemeProblem[]> {
  const problems: SchemeProblem[] = [];
  const wrong = (path: string, message: string) => {
    problems.push({ path, message });
  };
  const places = placesOf(scheme, wrong);
  const templates = templatesOf(scheme, places, wrong);

  const timestamp = scheme.ts === undefined ? null : parseReference(scheme.ts.from);
  if (scheme.ts !== undefined) {
    const isKnown = timestamp !== null && ['h', 'json', 'sig'].includes(timestamp.kind);
    if (!isKnown)
      wrong('/ts/from', 'must be h:<header>, sig:<name>, json:<pointer> or json@<form field>:<pointer>');
    else checkPart(timestamp, places, '/ts/from', wrong);
  }
  const digest = scheme.digest === undefined ? null : parseReference(scheme.digest.from);
  if (scheme.digest !== undefined && digest?.kind !== 'h' && digest?.kind !== 'q') {
    wrong('/digest/from', 'must be h:<header> or q:<query parameter>');
  }
  const each = scheme.each === undefined ? null : parsePointer(scheme.each);
  if (scheme.each !== undefined && each === null) wrong('/each', 'must be a JSON pointer, as in "/items"');

  if (!KEYS[scheme.alg].includes(scheme.key.enc)) {
    wrong('/key/enc', `must be ${KEYS[scheme.alg].join(', ')} for ${scheme.alg}`);
  }
  const { or } = scheme.key;
  if (or !== undefined && !(scheme.alg.startsWith('hmac-') && KEYS[scheme.alg].includes(or))) {
    wrong('/key/or', 'must be left out, or be another reading of the key of an HMAC');
  }
  const isPlain = scheme.enc === 'utf8';
  if (scheme.alg === 'token' ? !isPlain && scheme.enc !== 'base64' : isPlain) {
    wrong('/enc', 'must be utf8 or base64 for token, and hex, base64 or base64url for everything else');
  }
  const pointers = [...referencesIn(templates), ...places.map(place => place.reference), timestamp].filter(
    reference => reference?.kind === 'json',
  );
  const separated = templates.map(({ source, parts }) => ({ source, parts: withEnds(parts, timestamp) }));
  const compiled = { scheme, places, templates: separated, pointers, timestamp, digest, each };
  return problems.length > 0 ? err(problems) : ok(compiled);
}

type Complain = (path: string, message: string) => void;

function placesOf(scheme: Scheme, wrong: Complain): Place[] {
  const places: Place[] = [];
  if (scheme.sig.length === 0) wrong('/sig', 'must name at least one place of a signature');
  if (scheme.sig.length > MAX_SOURCES) wrong('/sig', `must name at most ${MAX_SOURCES} places`);
  for (const [i, source] of scheme.sig.entries()) {
    const reference = parseReference(source.h === undefined ? `json:${source.json}` : `h:${source.h}`);
    if (reference === null) {
      wrong(`/sig/${i}/${source.h === undefined ? 'json' : 'h'}`, 'must be a header name or a JSON pointer');
      continue;
    }
    if ((source.kv === undefined) !== (source.pick === undefined)) {
      wrong(`/sig/${i}/pick`, 'goes with kv, and kv with it');
    }
    if (source.several === true && (source.kv === undefined || source.split === undefined)) {
      wrong(`/sig/${i}/several`, 'goes with split, kv and pick');
    }
    if (source.kv !== undefined && source.split !== undefined && source.kv.includes(source.split)) {
      wrong(`/sig/${i}/kv`, 'must not contain split: no entry would have a name');
    }
    if (source.split !== undefined && source.prefix?.includes(source.split) === true) {
      wrong(`/sig/${i}/prefix`, 'must not contain split: no entry would begin with it');
    }
    places.push({ source, reference });
  }
  return places;
}

function templatesOf(scheme: Scheme, places: readonly Place[], wrong: Complain): Template[] {
  const templates: Template[] = [];
  if (scheme.alg === 'token' && scheme.msg.length > 0) wrong('/msg', 'must be empty: a token signs nothing');
  if (scheme.alg !== 'token' && scheme.msg.length === 0) wrong('/msg', 'must have at least one template');
  if (scheme.msg.length > MAX_TEMPLATES) wrong('/msg', `must have at most ${MAX_TEMPLATES} templates`);
  for (const [i, source] of scheme.msg.entries()) {
    const path = `/msg/${i}`;
    const template = compileTemplate(source);
    if (!template.ok) {
      wrong(path, `has ${template.error}`);
      continue;
    }
    templates.push(template.value);
    if (template.value.parts.filter(({ kind }) => kind !== 'text').length > MAX_TOKENS) {
      wrong(path, `has more than ${MAX_TOKENS} tokens`);
    }
    for (const part of template.value.parts) {
      if (part.kind === 'ts' && scheme.ts === undefined) wrong(path, 'has {ts}, but the scheme has no ts');
      if (part.kind === 'reference') checkPart(part.reference, places, path, wrong);
      if (part.kind === 'headers') checkPart({ kind: 'sig', name: part.named }, places, path, wrong);
    }
    if (template.value.parts.every(({ kind }) => kind === 'text'))
      wrong(path, 'signs nothing of the request');
  }
  const pointers = referencesIn(templates).map(one =>
    one.kind === 'json' ? `${one.field ?? ''}:${one.pointer}` : null,
  );
  if (new Set(pointers.filter(pointer => pointer !== null)).size > MAX_TOKENS) {
    wrong('/msg', `has more than ${MAX_TOKENS} JSON pointers`);
  }
  return templates;
}

const referencesIn = (templates: readonly Template[]): Reference[] =>
  templates.flatMap(({ parts }) =>
    parts.flatMap(part => (part.kind === 'reference' ? [part.reference] : [])),
  );

/** A named part (`sig:`) must be one that some signature header can have. */
function checkPart(reference: Reference, places: readonly Place[], path: string, wrong: Complain): void {
  if (reference.kind !== 'sig') return;
  const isNamed = places.some(({ source }) => source.kv !== undefined && source.pick !== reference.name);
  if (!isNamed) wrong(path, `has sig:${reference.name.slice(0, 60)}, but no sig has kv with such a name`);
}
