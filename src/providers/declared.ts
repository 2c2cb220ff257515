/**
 * Makes providers out of declarations: the presets in `presets/`, and the schemes that users write.
 *
 * Topic, ids and entity key are read where the declaration says. Nothing else of the payload is checked, because a field
 * that is new or gone is no reason to hold an event back.
 */
import { isObject, kindOf } from '../json/kind';
import { err, ok, type Result } from '../result';
import type { BodyKind } from '../signature/bounds';
import { compileScheme, type SchemeProblem } from '../signature/compile';
import type { CompiledScheme } from '../signature/compiled-scheme';
import { signsBody } from '../signature/coverage';
import type { JsonReference } from '../signature/parsed-body';
import { RequestView } from '../signature/request-view';
import type { Scheme } from '../signature/scheme';
import { documentIssues } from './body';
import { elementTopics } from './element-topics';
import { entityKey } from './entity-key';
import { eventIdFrom } from './event-id';
import type { Handshake } from './handshake';
import { incrementIdFrom, readIncrementId } from './increment-id';
import { limitIssues } from './issues';
import { isSigned, knownByOf } from './known-by';
import type {
  CertificateRule,
  Description,
  Guide,
  Issue,
  KnownBy,
  Provider,
  VerifiedRequest,
} from './provider';
import type { Reading } from './reading';
import {
  compileTextSource,
  placeIn,
  placeOf,
  placesInJson,
  readFirst,
  type SourceText,
  type TextSource,
  writtenSource,
} from './text-source';
import { readTopic } from './topic';

export type Declaration = {
  name: string;
  title: string;
  scheme: Scheme;
  /** What a body has to be: a JSON object, a JSON array, any JSON, or anything. */
  body: 'object' | 'list' | 'json' | 'any';
  /** Alternatives, in order; see `text-source.ts`. */
  topic: readonly SourceText[];
  id: readonly SourceText[];
  entity: readonly SourceText[];
  /** Where the increment id is. */
  seq: string | null;
  /** Where the attempt's number is: shown to users, not used. */
  attempt: string | null;
  retryHorizonSeconds: number | null;
  /** Null: as `known-by.ts` derives it from the scheme. */
  knownBy: KnownBy | null;
  perAttempt: readonly string[];
  certificate: CertificateRule | null;
  handshake: Handshake | null;
  guide: Pick<Guide, 'secret' | 'isSecretChosen' | 'settings'>;
};

/** The provider, or what is wrong with its declaration. */
export function declaredProvider(declaration: Declaration): Result<Provider, SchemeProblem[]> {
  const compiled = compileScheme(declaration.scheme);
  const body: BodyKind = declaration.body === 'any' ? 'any' : 'json';
  const problems = compiled.ok ? [] : [...compiled.error];
  const sourceAt = (path: string, text: SourceText): TextSource[] => {
    const source = compileTextSource(text);
    if (source.ok) return [source.value];
    problems.push({ path, message: source.error });
    return [];
  };
  const sources = (field: string, texts: readonly SourceText[]): TextSource[] =>
    texts.flatMap((text, i) => sourceAt(`/${field}/${i}`, text));
  const topic = sources('type', declaration.topic);
  const id = sources('id', declaration.id);
  const entity = sources('entity', declaration.entity);
  const [seq] = declaration.seq === null ? [] : sourceAt('/seq/from', declaration.seq);
  if (compiled.ok && declaration.scheme.bodySigned === true && !signsBody(compiled.value, body)) {
    const message =
      'must be false: not every message contains the body, its JSON or its digest in a place of its own';
    problems.push({ path: '/bodySigned', message });
  }
  if (compiled.ok && seq !== undefined && !isSigned(seq, compiled.value, body)) {
    problems.push({ path: '/seq/from', message: 'must be a place that the signature covers' });
  }
  if (problems.length > 0 || !compiled.ok) return err(problems);
  // Events with an unsigned body are marked so, also where the author of the scheme did not say that it is unsigned.
  const scheme = {
    ...declaration.scheme,
    bodySigned: declaration.scheme.bodySigned ?? signsBody(compiled.value, body),
  };
  const { name, title, retryHorizonSeconds, perAttempt, certificate, handshake, guide } = declaration;
  const knownBy = declaration.knownBy ?? knownByOf(compiled.value, id, body);
  const together = [...topic, ...id, ...entity].flatMap(placesInJson);
  const sourcesOf = { declaration, body, compiled: compiled.value, topic, id, entity, seq, together };
  return ok({
    name,
    title,
    scheme,
    numbered: seq !== undefined,
    retryHorizonSeconds,
    knownBy,
    perAttempt: [...perAttempt, ...timeOfAttempt(compiled.value, knownBy)],
    certificate,
    handshake,
    guide: { ...guide, reads: readsOf(declaration) },
    confirm: null,
    restartsWithSecret: false,
    describe: request => describe(sourcesOf, request),
  });
}

/** A time inside the body is another one on each attempt, so bodies are compared without it where an id alone is not believed. */
function timeOfAttempt({ timestamp }: CompiledScheme, knownBy: KnownBy): string[] {
  const isCompared = knownBy === 'event_id_and_signed_bytes' || knownBy === 'event_id_or_signed_bytes';
  const isInBody = timestamp?.kind === 'json' && timestamp.field === null;
  const name = isInBody && isCompared ? timestamp.path.at(-1) : undefined;
  return name === undefined || !/^[\w-]+$/.test(name) ? [] : [name];
}

const readsOf = ({ topic, id, entity, seq, attempt }: Declaration): Guide['reads'] => ({
  topic: written(topic),
  eventId: id.length === 0 ? null : written(id),
  incrementId: seq,
  entityKey: entity.length === 0 ? null : written(entity),
  attempt,
});

const written = (sources: readonly SourceText[]): string => sources.map(writtenSource).join(', ');

type Sources = {
  declaration: Declaration;
  compiled: CompiledScheme;
  body: BodyKind;
  topic: TextSource[];
  id: TextSource[];
  entity: TextSource[];
  seq: TextSource | undefined;
  /** All that they name in JSON. */
  together: JsonReference[];
};

function describe(sources: Sources, { headers, query, body }: VerifiedRequest): Description {
  const { declaration } = sources;
  const request = { method: 'POST', url: `?${query}`, headers, body: body.bytes, cfg: {} };
  const view = new RequestView(request, sources.together, body);
  const shape = declaration.body === 'any' ? [] : shapeIssues(declaration.body, view);
  const topic = topicOf(sources.topic, view, declaration.body === 'any');
  const elements = elementTopics(topic, sources.topic, view);
  const id = idOf(sources.id, view);
  const increment = incrementOf(sources.seq, view);
  const entity = readFirst(sources.entity, view);
  return {
    topic: topic.value,
    ...(elements.topics.length > 1 ? { topics: elements.topics } : {}),
    eventId: id.value,
    incrementId: increment.value,
    entityKeys: entity.ok && entity.value !== null ? [entityKey(declaration.name, entity.value.text)] : [],
    eventTime: null,
    issues: limitIssues([...shape, ...topic.issues, ...elements.issues, ...id.issues, ...increment.issues]),
    ...unsignedOf(sources, topic.source, id.source),
  };
}

/**
 * Whether the topic or the event id can be changed without breaking the signature. A topic inside an unsigned body does not
 * count here: the log compares such a body as a whole.
 */
function unsignedOf(
  { compiled, body }: Sources,
  topic: TextSource | null,
  id: TextSource | null,
): Pick<Description, 'unsigned'> {
  const isBeside = (source: TextSource) =>
    source.parts.some(part => typeof part !== 'string' && (part.kind === 'h' || part.kind === 'q'));
  const unsigned = {
    topic: topic !== null && isBeside(topic) && !isSigned(topic, compiled, body),
    eventId: id !== null && !isSigned(id, compiled, body),
  };
  return unsigned.topic || unsigned.eventId ? { unsigned } : {};
}

function shapeIssues(wanted: 'object' | 'list' | 'json', view: RequestView): Issue[] {
  if (!view.document.ok) return documentIssues(view, null);
  const { value } = view.document.value;
  const isWanted = wanted === 'json' || (wanted === 'list' ? Array.isArray(value) : isObject(value));
  if (isWanted) return [];
  const expected = wanted === 'list' ? 'array' : 'object';
  return [{ path: '', message: `expected ${expected}, found ${kindOf(value)}` }];
}

/** A reading, and which of the alternatives it came from; null where none of them gave it. */
type Sourced<T> = Reading<T> & { source: TextSource | null };

/**
 * @param mayBeNoJson where the body may be anything, that it (or a form field) cannot be read as JSON is no issue until the
 * topic is looked for in it: then it is the reason why there is none
 */
function topicOf(sources: readonly TextSource[], view: RequestView, mayBeNoJson: boolean): Sourced<string> {
  const found = readFirst(sources, view);
  if (!found.ok) return { value: '', issues: [found.error], source: null };
  if (found.value !== null) {
    return { ...readTopic(found.value.text, found.value.place), source: found.value.source };
  }
  const [first] = sources;
  const json = first?.parts.find(part => typeof part !== 'string' && part.kind === 'json');
  const unread = mayBeNoJson && json?.kind === 'json' ? documentIssues(view, json.field) : [];
  if (unread.length > 0) return { value: '', issues: unread, source: null };
  return { ...readTopic(undefined, first === undefined ? '' : placeOf(first)), source: null };
}

function idOf(sources: readonly TextSource[], view: RequestView): Sourced<string | null> {
  const found = readFirst(sources, view);
  if (!found.ok) return { value: null, issues: [found.error], source: null };
  if (found.value === null) return { value: null, issues: [], source: null };
  return { ...eventIdFrom(found.value.text, found.value.place), source: found.value.source };
}

function incrementOf(source: TextSource | undefined, view: RequestView): Reading<number | null> {
  const [part] = source?.parts ?? [];
  if (source === undefined || part === undefined) return { value: null, issues: [] };
  // Of JSON the source text is read, because parsing would round: `1.0` is no id, "1" is.
  if (typeof part !== 'string' && part.kind === 'json' && source.parts.length === 1) {
    const { field, path } = part;
    const document = view.documentIn(field);
    if (!document.ok) return { value: null, issues: [] };
    const { value, issues } = readIncrementId(document.value.text, path);
    return { value, issues: issues.map(issue => ({ ...issue, path: placeIn(field, issue.path) })) };
  }
  const found = readFirst([source], view);
  if (!found.ok) return { value: null, issues: [found.error] };
  return found.value === null
    ? { value: null, issues: [] }
    : incrementIdFrom(found.value.text, found.value.place);
}
