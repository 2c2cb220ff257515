/**
 * The topics of a list of events that comes as one request (HubSpot, SendGrid, LINE, Adyen, Mandrill). The place of a topic that
 * leads to the first element, as `json:/0/event` does, stands for that of each element; of several alternatives that lead to
 * one list, the first that an element has counts.
 *
 * What is read of the elements after the first is only what they are about: an element without a topic adds none.
 */
import { formatPointer } from '../json/pointer';
import { valueAt } from '../json/value-at';
import type { Reference, RequestView } from '../signature/request-view';
import type { Issue } from './provider';
import { placeIn, type TextSource } from './text-source';
import { readTopic } from './topic';

/** More would be a row that is read for its topics alone. */
const MAX_TOPICS = 100;

/** `topics`: each once, in the order of the elements, with the event's topic first. */
type ElementTopics = { topics: string[]; issues: Issue[] };

/**
 * @param topic what the event is shown with, and where it was found
 * @param sources the alternatives; of those after the one that was found only such count as lead to the same list
 */
export function elementTopics(
  topic: { value: string; source: TextSource | null },
  sources: readonly TextSource[],
  view: RequestView,
): ElementTopics {
  const found = new Set(topic.value === '' ? [] : [topic.value]);
  // Before the body is asked for: many topics stand in a header, and reading JSON costs more than all else here.
  for (const [list, alternatives] of listsOf(topic.source, sources)) {
    const issues = addTopics(found, list, alternatives, view);
    if (issues.length > 0) return { topics: [...found], issues };
  }
  return { topics: [...found], issues: [] };
}

/** Adds those of the elements after the first, which has been read. */
function addTopics(
  found: Set<string>,
  list: List,
  sources: readonly TextSource[],
  view: RequestView,
): Issue[] {
  const document = view.documentIn(list.field);
  const elements = document.ok ? valueAt(document.value.value, list.path) : undefined;
  if (!Array.isArray(elements)) return [];
  for (const [i, element] of elements.entries()) {
    const text = i === 0 ? null : firstOf(sources, list, element, view);
    if (text === null || found.has(text)) continue;
    const at = placeIn(list.field, formatPointer([...list.path, String(i)]));
    const { value, issues } = readTopic(text, at);
    if (issues.length > 0) return issues;
    found.add(value);
    if (found.size > MAX_TOPICS) {
      const message = `must not have elements of more than ${MAX_TOPICS} topics`;
      return [{ path: placeIn(list.field, formatPointer(list.path)), message }];
    }
  }
  return [];
}

type Json = Extract<Reference, { kind: 'json' }>;

const isJson = (part: string | Reference): part is Json => typeof part !== 'string' && part.kind === 'json';

/** Where a list is: in the JSON of the body or of a form field. */
type List = { field: string | null; path: string[] };

/** The list whose first element the source leads to; null where it leads to none. */
function listOf({ parts }: TextSource): List | null {
  for (const part of parts) {
    const at = isJson(part) ? part.path.indexOf('0') : -1;
    if (isJson(part) && at !== -1) return { field: part.field, path: part.path.slice(0, at) };
  }
  return null;
}

const isSameList = (one: List, other: List): boolean =>
  one.field === other.field && formatPointer(one.path) === formatPointer(other.path);

/** The lists that count, each with the alternatives that lead to it, in their order. */
function listsOf(found: TextSource | null, sources: readonly TextSource[]): [List, TextSource[]][] {
  const last = found === null ? sources.length : sources.indexOf(found);
  const home = found === null ? null : listOf(found);
  const lists: [List, TextSource[]][] = [];
  for (const [i, source] of sources.entries()) {
    const list = listOf(source);
    if (list === null || (i > last && (home === null || !isSameList(list, home)))) continue;
    const known = lists.find(([other]) => isSameList(list, other));
    if (known === undefined) lists.push([list, [source]]);
    else known[1].push(source);
  }
  return lists;
}

function firstOf(
  sources: readonly TextSource[],
  list: List,
  element: unknown,
  view: RequestView,
): string | null {
  for (const source of sources) {
    const text = readElement(source, list, element, view);
    if (text !== null) return text;
  }
  return null;
}

function readElement(
  { parts, when }: TextSource,
  list: List,
  element: unknown,
  view: RequestView,
): string | null {
  const read = (part: string | Reference): string | null => {
    if (typeof part === 'string') return part;
    if (isJson(part) && isInFirst(part, list)) {
      return textOf(valueAt(element, part.path.slice(list.path.length + 1)));
    }
    const text = view.read(part);
    return text.ok ? text.value : null;
  };
  const holds = when.every(({ reference, matches }) => {
    const text = read(reference);
    return text !== null && matches(text);
  });
  if (!holds) return null;
  const texts = parts.map(read);
  return texts.every(text => text !== null) ? texts.join('') : null;
}

const isInFirst = ({ field, path }: Json, list: List): boolean =>
  field === list.field && path[list.path.length] === '0' && list.path.every((key, i) => path[i] === key);

const textOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
