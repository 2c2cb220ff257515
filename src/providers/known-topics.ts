/**
 * The topics of providers that list theirs: to find patterns that match none. An event with a topic that is not listed is taken all the
 * same, so this refuses nothing.
 */
import { EVENT_TYPES } from './ecwid-events';
import { TOPICS } from './shipstream-topics';

/** What ShipStream sends to try out an address. */
const SHIPSTREAM_TEST = 'test:ping';

const KNOWN: ReadonlyMap<string, readonly string[]> = new Map([
  ['shipstream', [...TOPICS.keys(), SHIPSTREAM_TEST]],
  ['ecwid', [...EVENT_TYPES.keys()]],
]);

/** Null where it is not known which there are. @param provider its name */
export const knownTopics = (provider: string): readonly string[] | null => KNOWN.get(provider) ?? null;
