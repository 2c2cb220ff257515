/**
 * The events that a replay chooses by a filter of the list: those that each destination can get again, and those that listeners get.
 * Works in steps, between which the object can do other work.
 */
import type { Clock } from '../clock';
import type { EventFilter } from './contract/event-filter';
import type { EventsPage } from './contract/events';
import type { ReplayRequest, ReplayResult } from './contract/replays';
import type { Forwarding } from './forward/forwarding';
import { extend, type SequenceRange, united } from './forward/settled-ahead';
import { wants } from './forward/wants';
import { readEvents } from './read/event-pages';
import type { Views } from './read/views';
import type { StoredEvent } from './store/stored-event';

/** In how many places of the log what one replay sends may lie: its job is a row, and holds them all. */
const MAX_RANGES = 10_000;
/** How many events are found at a time. */
const FIND_STEP = 500;

type Parts = Views & { clock: Clock; forwarding: Forwarding };

type Span = { fromSequence: number; toSequence: number };

export type ChosenEvents = {
  kind: 'chosen';
  /** For each destination asked for, in their order. */
  places: { destinationId: string; ranges: SequenceRange[]; count: number }[];
  /** Whatever a destination wants. Of more places than a row takes, the first; where they are for listeners alone, there are not more. */
  streamed: SequenceRange[];
};

/** @param destinationIds who is to get them; with none, they are for listeners alone */
export async function chooseEvents(
  parts: Parts,
  destinationIds: readonly string[],
  span: Span,
  chosen: NonNullable<ReplayRequest['chosen']>,
): Promise<ChosenEvents | Extract<ReplayResult, { kind: 'too_scattered' }>> {
  const { forwarding, log } = parts;
  const places = destinationIds.map(destinationId => ({
    destinationId,
    ranges: [] as SequenceRange[],
    count: 0,
  }));
  const streamed: SequenceRange[] = [];
  // How a delivery stands is asked of each destination by itself; all else is the same for all of them.
  const searches = chosen.state === null ? [places] : places.map(place => [place]);
  for (const search of searches) {
    const delivery =
      chosen.state === null ? null : { destinationId: search[0]?.destinationId ?? '', state: chosen.state };
    const ranges: SequenceRange[] = [];
    for await (const event of found(parts, span, chosen, delivery)) {
      const { sequence } = event;
      extend(ranges, sequence, sequence);
      if (destinationIds.length === 0 && ranges.length > MAX_RANGES)
        return { kind: 'too_scattered', upTo: sequence - 1 };
      for (const place of search) {
        const destination = forwarding.destination(place.destinationId)?.destination;
        if (destination === undefined || !wants(destination, event, log.feed)) continue;
        place.count++;
        extend(place.ranges, sequence, sequence);
        if (place.ranges.length > MAX_RANGES) return { kind: 'too_scattered', upTo: sequence - 1 };
      }
    }
    streamed.push(...ranges);
  }
  return { kind: 'chosen', places, streamed: united(streamed).slice(0, MAX_RANGES) };
}

/** The listed events of a span that can be sent again. */
async function* found(
  parts: Parts,
  { fromSequence, toSequence }: Span,
  { filter, topic }: NonNullable<ReplayRequest['chosen']>,
  delivery: EventFilter['delivery'],
): AsyncGenerator<StoredEvent> {
  const { forwarding, clock, log } = parts;
  for (let after: number | null = fromSequence - 1; after !== null && after < toSequence; ) {
    const query = { after, limit: FIND_STEP, topic, status: null, filter: { ...filter, delivery } };
    const page: EventsPage = readEvents(parts, query);
    if (page.beyondEnd || page.unknownDestination) return;
    for (const { sequence } of page.events) {
      const event = sequence > toSequence ? null : log.feed.event(sequence);
      if (event !== null && event.status === 'forwardable' && event.bodyBytes > 0) yield event;
    }
    after = page.next;
    await new Promise<void>(resolve => void clock.later(0, resolve));
    if (forwarding.isStopped) return;
  }
}
