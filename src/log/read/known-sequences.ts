/**
 * Where an id leads at once: the records by which duplicates are known say which event has it. What they do not know by that id
 * are events that clashed with it; those are in quarantine, or were let out of it.
 */
import { epochsOf } from '../../numbering/epochs';
import type { EventFilter } from '../contract/event-filter';
import { fromSequences, fromTable, merged, type Order, type Source } from './sources';
import type { Views } from './views';

/** How many of the latest releases are looked at for an event that clashed and was let out of quarantine. */
const MAX_RELEASES = 500;

type LogView = Views['log'];

/**
 * The few events that can have the ids of a filter; null where it names none, or one that no record knows, as those of
 * providers whose deliveries are known by their signatures. Then only the log itself can tell.
 */
export function sourceOfIds(log: LogView, filter: EventFilter, order: Order): Source | null {
  const { events, releases } = log.tables;
  const hits = [...byIncrementId(log, filter.incrementId), ...byEventId(log, filter.eventId)];
  if (hits.length === 0) return null;
  const get = (sequence: number) => events.get(sequence);
  return merged(order, [
    fromSequences(order, [...hits, ...releases.latest(MAX_RELEASES)], get),
    fromTable((sequence, limit) => events.quarantined(order, sequence, limit)),
  ]);
}

function byIncrementId({ state, tables }: LogView, incrementId: number | null): number[] {
  if (incrementId === null) return [];
  return epochsOf(state.tracker).flatMap(({ number }) => {
    const known = tables.known.lookup(number, incrementId);
    // An ignored id was received, but has no event.
    return known === null || known === 'forgotten' || known.kind === 'ignored' ? [] : [known.sequence];
  });
}

function byEventId({ tables }: LogView, eventId: string | null): number[] {
  if (eventId === null) return [];
  const found = [`id:${eventId}`, `unsigned-id:${eventId}`].map(key => tables.seen.get(key));
  return found.filter(seen => seen !== null).map(({ sequence }) => sequence);
}
