/**
 * Topic patterns that match none of the topics that a provider is known to have, in a request that was taken: most likely a slip, as
 * `orders:*` for `order:*`. No error, because tomorrow the provider may send such a topic. Pure.
 */
import * as v from 'valibot';
import type { FieldError } from '../input/field-errors';
import { meant } from '../input/nearest';
import { isObject } from '../json/kind';
import { knownTopics } from '../providers/known-topics';
import { topics } from './shared-fields';
import { topicMatches } from './topics';

const MAX_WARNINGS = 20;

/** What ends the first part of a topic: `order:` of ShipStream, `order.` of Ecwid. */
const KIND = /^.*?[:.]/;

/**
 * The warnings about a webhook or a destination as it was given, with the destinations that are in it.
 * @param given the body of a request, or an entry of a configuration
 * @param prefix JSON pointer of it
 */
export function topicWarnings(given: unknown, provider: string, prefix = ''): FieldError[] {
  const known = knownTopics(provider);
  if (known === null) return [];
  return placesIn(given, prefix)
    .flatMap(({ path, patterns }) => patterns.map(pattern => ({ path, pattern })))
    .filter(({ pattern }) => !pattern.startsWith('gateway:') && !matchesAny(pattern, known))
    .slice(0, MAX_WARNINGS)
    .map(({ path, pattern }) => ({ path, message: warningOf(pattern, known) }));
}

/** The warning about one topic as it was given, at `/topic`; none where nothing was. */
export const topicWarning = (topic: string | null, provider: string): FieldError[] =>
  topicWarnings({ topics: topic ?? '' }, provider).map(({ message }) => ({ path: '/topic', message }));

const matchesAny = (pattern: string, known: readonly string[]): boolean =>
  known.some(topic => topicMatches([pattern], topic));

function warningOf(pattern: string, known: readonly string[]): string {
  const kinds = [...new Set(known.flatMap(topic => KIND.exec(topic) ?? []))].map(kind => `${kind}*`);
  const candidates = pattern.endsWith('*') ? kinds : [...known, ...kinds];
  return `"${pattern.slice(0, 60)}" matches no topic that the provider is known to have${meant(pattern, candidates)}`;
}

type Place = { path: string; patterns: readonly string[] };

/** Where topics are given; what is not well-formed was refused before. */
function placesIn(given: unknown, prefix: string): Place[] {
  if (!isObject(given)) return [];
  const own = v.safeParse(topics, given.topics);
  const here = own.success ? [{ path: `${prefix}/topics`, patterns: own.output.patterns }] : [];
  const destinations = Array.isArray(given.destinations) ? given.destinations : [];
  return [...here, ...destinations.flatMap((one, index) => placesIn(one, `${prefix}/destinations/${index}`))];
}
