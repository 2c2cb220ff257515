/** From the filter of the list of events to the replay of all that it matches. Pure. */
import type { Filter } from './event-filter';

/** What a plan is asked with, besides the filter of the list. */
export const PLANNED = ['from_sequence', 'to_sequence'] as const;

/** Standing so, an event was never forwarded, so nothing is there to be sent again. */
const NOT_FORWARDED = ['confirming', 'held', 'quarantined'];

export const isForwarded = ({ status = '' }: Filter): boolean => !NOT_FORWARDED.includes(status);

type Query = Readonly<Record<string, string>>;

/**
 * The request. `order` does not change which events are meant, nor does `status=accepted`: no others can be sent again. With nothing left
 * that chooses, it is every event of the log; so nothing else is left out, whatever it says.
 */
export function replayRequest(filter: Filter, planned: Query): Record<string, unknown> {
  const { order: _order, status = 'accepted', increment_id, destination_id, ...texts } = filter;
  const numbers = { increment_id, ...planned };
  const given = Object.entries(numbers).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  const chosen: Record<string, unknown> = {
    ...texts,
    ...(status === 'accepted' ? {} : { status }),
    ...Object.fromEntries(given.map(([name, text]) => [name, /^\d{1,16}$/.test(text) ? Number(text) : text])),
  };
  const all = Object.keys(chosen).length === 0 ? { all: true } : {};
  return { ...chosen, ...all, ...(destination_id === undefined ? {} : { destination_id }) };
}

const NAMES: Readonly<Record<string, string>> = {
  q: 'text',
  topic: 'topic',
  since: 'since',
  until: 'before',
  event_id: 'event id',
  increment_id: 'increment id',
  entity_key: 'entity',
  status: 'status',
  delivery: 'delivery',
  from_sequence: 'from event',
  to_sequence: 'up to event',
};

/** Which events are meant, in words: name and value. */
export const meaning = (request: Record<string, unknown>): [name: string, value: string][] =>
  Object.entries(NAMES).flatMap(([field, name]) =>
    request[field] === undefined ? [] : [[name, String(request[field])] as [string, string]],
  );
