/**
 * The topics of a list of events that comes as one request (HubSpot, SendGrid, LINE, Adyen). The place of a topic that leads
 * to the first element, as `json:/0/event` does, stands for that of each element.
 *
 * What is read of the elements after the first is only what they are about: an element without a topic adds none.
 */
import { formatPointer } from '../json/pointer';
import { valueAt } from '../json/value-at';
import type { Reference, RequestView } from '../signature/request-view';
import type { Issue } from './provider';
import type { TextSource } from './text-source';
import { readTopic } from './topic';

/** More would be a row that is read for its topics alone. */
const MAX_TOPICS = 100;

/** `topics`: each once, in the order of the elements, with the event's topic first. */
type ElementTopics = { topics: string[]; issues: Issue[] };

/**
 * @param topic what the event is shown with, and where it was found
 * @param sources the alternatives; those after the one that was found do not count
 */
export function elementTopics(
  topic: { value: string; source: TextSource | null },
  sources: readonly TextSource[],
  view: RequestView,
): ElementTopics {
  const found = new Set(topic.value === '' ? [] : [topic.value]);
  const last = topic.source === null ? sources.length : sources.indexOf(topic.source) + 1;
  for (const source of sources.slice(0, last)) {
    const issues = addTopics(found, source, view);
    if (issues.length > 0) return { topics: [...found], issues };
  }
  return { topics: [...found], issues: [] };
}

/** Adds those of the elements after the first, which has been read. */
function addTopics(found: Set<string>, source: TextSource, view: RequestView): Issue[] {
  const list = listOf(source);
  // Before the body is asked for: many topics stand in a header, and reading JSON costs more than all else here.
  if (list === null) return [];
  const { document } = view;
  const elements = document.ok ? valueAt(document.value.value, list) : undefined;
  if (!Array.isArray(elements)) return [];
  for (const [i, element] of elements.entries()) {
    const text = i === 0 ? null : readElement(source, list, element, view);
    if (text === null || found.has(text)) continue;
    const { value, issues } = readTopic(text, formatPointer([...list, String(i)]));
    if (issues.length > 0) return issues;
    found.add(value);
    if (found.size > MAX_TOPICS) {
      const message = `must not have elements of more than ${MAX_TOPICS} topics`;
      return [{ path: formatPointer(list), message }];
    }
  }
  return [];
}

type Json = Extract<Reference, { kind: 'json' }>;

const isJson = (part: string | Reference): part is Json => typeof part !== 'string' && part.kind === 'json';

/** Where the list is whose first element the source leads to; null where it leads to none. */
function listOf({ parts }: TextSource): string[] | null {
  for (const part of parts) {
    const at = isJson(part) ? part.path.indexOf('0') : -1;
    if (isJson(part) && at !== -1) return part.path.slice(0, at);
  }
  return null;
}

function readElement(
  { parts, when }: TextSource,
  list: readonly string[],
  element: unknown,
  view: RequestView,
): string | null {
  const read = (part: string | Reference): string | null => {
    if (typeof part === 'string') return part;
    if (isJson(part) && part.path[list.length] === '0' && list.every((key, i) => part.path[i] === key)) {
      return textOf(valueAt(element, part.path.slice(list.length + 1)));
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

const textOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
