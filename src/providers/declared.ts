/**
 * Providers out of declarations: the presets of `presets/` and the schemes that users write. Reads topic, ids and entity
 * key where the declaration says, and checks of the payload no more than that: what a provider sends is its own affair,
 * and a field that is new or gone is no reason to hold an event back.
 */
import { isObject, kindOf } from '../json/kind';
import { err, ok, type Result } from '../result';
import { compileScheme, type SchemeProblem, signsBody } from '../signature/compile';
import { RequestView } from '../signature/request-view';
import type { Scheme } from '../signature/scheme';
import { bodyProblem } from './body';
import { entityKey } from './entity-key';
import { eventIdFrom } from './event-id';
import type { Handshake } from './handshake';
import { incrementIdFrom, readIncrementId } from './increment-id';
import { limitIssues } from './issues';
import { knownByOf } from './known-by';
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
import { compileTextSource, placeOf, readFirst, type TextSource } from './text-source';
import { readTopic } from './topic';

export type Declaration = {
  name: string;
  title: string;
  docsUrl: string;
  scheme: Scheme;
  /** What a body has to be: a JSON object, a JSON array, any JSON, or anything. */
  body: 'object' | 'list' | 'json' | 'any';
  /** Alternatives, in order; see `text-source.ts`. */
  topic: readonly string[];
  id: readonly string[];
  entity: readonly string[];
  /** Where the increment id is. */
  seq: string | null;
  /** Where the attempt's number is: shown to users, not used. */
  attempt: string | null;
  retryHorizonSeconds: number | null;
  /** Null: what `known-by.ts` finds. */
  knownBy: KnownBy | null;
  certificate: CertificateRule | null;
  handshake: Handshake | null;
  guide: Pick<Guide, 'secret' | 'isSecretChosen' | 'settings' | 'success'>;
};

/** The provider, or what in its declaration cannot be understood. */
export function declaredProvider(declaration: Declaration): Result<Provider, SchemeProblem[]> {
  const compiled = compileScheme(declaration.scheme);
  const problems = compiled.ok ? [] : [...compiled.error];
  const sourceAt = (path: string, text: string): TextSource[] => {
    const source = compileTextSource(text);
    if (source.ok) return [source.value];
    problems.push({ path, message: source.error });
    return [];
  };
  const sources = (field: string, texts: readonly string[]): TextSource[] =>
    texts.flatMap((text, i) => sourceAt(`/${field}/${i}`, text));
  const topic = sources('type', declaration.topic);
  const id = sources('id', declaration.id);
  const entity = sources('entity', declaration.entity);
  const [seq] = declaration.seq === null ? [] : sourceAt('/seq/from', declaration.seq);
  if (problems.length > 0 || !compiled.ok) return err(problems);
  // What a scheme leaves unsigned is marked so, also when its author did not say it.
  const scheme = {
    ...declaration.scheme,
    bodySigned: declaration.scheme.bodySigned ?? signsBody(compiled.value),
  };
  const { name, title, docsUrl, retryHorizonSeconds, certificate, handshake, guide } = declaration;
  return ok({
    name,
    title,
    docsUrl,
    scheme,
    numbered: seq !== undefined,
    retryHorizonSeconds,
    knownBy: declaration.knownBy ?? knownByOf(compiled.value, id),
    certificate,
    handshake,
    guide: { ...guide, reads: readsOf(declaration) },
    describe: request => describe({ declaration, topic, id, entity, seq }, request),
  });
}

const readsOf = ({ topic, id, entity, seq, attempt }: Declaration): Guide['reads'] => ({
  topic: topic.join(', '),
  eventId: id.length === 0 ? null : id.join(', '),
  incrementId: seq,
  entityKey: entity.length === 0 ? null : entity.join(', '),
  attempt,
});

type Sources = {
  declaration: Declaration;
  topic: TextSource[];
  id: TextSource[];
  entity: TextSource[];
  seq: TextSource | undefined;
};

function describe(sources: Sources, { headers, query, body }: VerifiedRequest): Description {
  const { declaration } = sources;
  const view = new RequestView({ method: 'POST', url: `?${query}`, headers, body, cfg: {} });
  const shape = declaration.body === 'any' ? [] : shapeIssues(declaration.body, view);
  const topic = topicOf(sources.topic, view);
  const id = idOf(sources.id, view);
  const increment = incrementOf(sources.seq, view);
  const entity = readFirst(sources.entity, view);
  return {
    topic: topic.value,
    eventId: id.value,
    incrementId: increment.value,
    entityKeys: entity.ok && entity.value !== null ? [entityKey(declaration.name, entity.value.text)] : [],
    eventTime: null,
    issues: limitIssues([...shape, ...topic.issues, ...id.issues, ...increment.issues]),
  };
}

function shapeIssues(wanted: 'object' | 'list' | 'json', { document }: RequestView): Issue[] {
  if (!document.ok) return [{ path: '', message: bodyProblem(document.error) }];
  const { value } = document.value;
  const isWanted = wanted === 'json' || (wanted === 'list' ? Array.isArray(value) : isObject(value));
  if (isWanted) return [];
  const expected = wanted === 'list' ? 'array' : 'object';
  return [{ path: '', message: `expected ${expected}, found ${kindOf(value)}` }];
}

function topicOf(sources: readonly TextSource[], view: RequestView): Reading<string> {
  const found = readFirst(sources, view);
  if (!found.ok) return { value: '', issues: [found.error] };
  if (found.value !== null) return readTopic(found.value.text, found.value.place);
  const [first] = sources;
  return readTopic(undefined, first === undefined ? '' : placeOf(first));
}

function idOf(sources: readonly TextSource[], view: RequestView): Reading<string | null> {
  const found = readFirst(sources, view);
  if (!found.ok) return { value: null, issues: [found.error] };
  return found.value === null
    ? { value: null, issues: [] }
    : eventIdFrom(found.value.text, found.value.place);
}

function incrementOf(source: TextSource | undefined, view: RequestView): Reading<number | null> {
  const [part] = source?.parts ?? [];
  if (source === undefined || part === undefined) return { value: null, issues: [] };
  // Of JSON the source text counts, with its own rules: `1.0` is no id, "1" is.
  if (typeof part !== 'string' && part.kind === 'json' && source.parts.length === 1) {
    return view.document.ok
      ? readIncrementId(view.document.value.text, part.path)
      : { value: null, issues: [] };
  }
  const found = readFirst([source], view);
  if (!found.ok) return { value: null, issues: [found.error] };
  return found.value === null
    ? { value: null, issues: [] }
    : incrementIdFrom(found.value.text, found.value.place);
}
