/** The document that every flush writes: how far each destination and each replay is, and the latest attempts. */

import { uncountedUpTo } from '../../minute-counts';
import type { DestinationRecord } from '../../subscriptions/webhook';
import type { JournalEntry } from '../store/attempt-journal';
import { readDocument, writeDocument } from '../store/documents';
import { type Circuit, CLOSED } from './circuit';
import type { Failing } from './failing';
import type { Pace } from './pace';
import type { SequenceRange } from './settled-ahead';
import { NO_TOTALS, type Totals } from './totals';
import type { Cursor } from './trail';

/** Events `from..to` that retention dropped before they were delivered; `at` in ms since 1970. */
export type Loss = { from: number; to: number; at: number };

export type StoredDestination = {
  cursor: Cursor;
  /** What is settled beyond the cursor. */
  settled: SequenceRange[];
  circuit: Circuit;
  /** What is left of its rate; null where it has none, or an earlier release stored it. */
  pace: Pace | null;
  /** Per blocked key, how far it is done beyond its row. */
  progress: [string, number][];
  totals: Totals;
  /** Why the gateway itself turned it off, until it is active again. */
  disabledReason: string | null;
  losses: Loss[];
  /** Its attempts since the last success; null where none failed, or an earlier release stored it. */
  failing: Failing | null;
};

export type StoredForwarding = {
  /** By destination id. */
  destinations: [string, StoredDestination][];
  /** Per replay, up to which sequence it is done. */
  replays: [number, number][];
  /** Of the replays with events under way: how far they have read, and which events those are. */
  replaysUnderWay: ReplayUnderWay[];
  /** Per replay, of how many events a first attempt has ended, how many of them arrived, and how many were given up. */
  replayCounts: [id: number, sent: number, delivered: number, dead: number][];
  attempts: JournalEntry[];
};

export type ReplayUnderWay = [id: number, scanned: number, underWay: SequenceRange[]];

/** As it is written: the names are those of the stored format. `failingSince` is for an earlier release, which knows no `failing`. */
type StoredTotals = Totals & { failingSince: number | null };
type Route = Omit<StoredDestination, 'totals'> & { totals: StoredTotals };
type Document = { routes: [string, Route][] } & Omit<StoredForwarding, 'destinations'>;

const NAME = 'forwarding';

/** Reads what this release or an earlier one stored. What an earlier one did not write gets its default. */
export function readForwarding(sql: SqlStorage): StoredForwarding {
  const text = readDocument(sql, NAME);
  const stored = text === null ? {} : (JSON.parse(text) as Partial<Document>);
  const { routes = [], replays = [], replaysUnderWay = [], replayCounts = [], attempts = [] } = stored;
  const destinations = routes.map(([id, route]): [string, StoredDestination] => [id, readDestination(route)]);
  return { destinations, replays, replaysUnderWay, replayCounts, attempts };
}

function readDestination(
  stored: Pick<Route, 'cursor'> & Partial<Omit<Route, 'totals'>> & { totals?: Partial<StoredTotals> },
): StoredDestination {
  const { losses = [], totals: { failingSince = null, ...totals } = {} } = stored;
  // An earlier release counted no minutes.
  const uncounted = uncountedUpTo(Math.max(totals.lastDeliveredAt ?? 0, failingSince ?? 0));
  const minutes = { deliveredPerMinute: uncounted, failedPerMinute: uncounted };
  const lost = losses.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return {
    settled: [],
    circuit: CLOSED,
    pace: null,
    progress: [],
    disabledReason: null,
    failing: failingSince === null ? null : failedOnce(failingSince),
    ...stored,
    losses,
    totals: { ...NO_TOTALS, ...minutes, lost, ...totals },
  };
}

/** All that an earlier release says of attempts that failed. `since`: ms since 1970. */
const failedOnce = (since: number): Failing => ({
  ...{ since, attempts: 1, ofEvents: 1, error: null, status: null, topics: [] },
});

/** Whether the start of each destination, and the time since which its rate counts, would outlive a crash. */
export const isStored = (
  destinations: readonly DestinationRecord[],
  stored: ReadonlyMap<string, StoredDestination>,
): boolean =>
  stored.size === destinations.length &&
  destinations.every(({ id, ratePerSecond }) => {
    const known = stored.get(id);
    return known !== undefined && (ratePerSecond === null || known.pace !== null);
  });

/** 1 row. Inside the caller's transaction. */
export function writeForwarding(sql: SqlStorage, { destinations, ...rest }: StoredForwarding): void {
  const routes = destinations.map(([id, destination]): [string, Route] => {
    const totals = { ...destination.totals, failingSince: destination.failing?.since ?? null };
    return [id, { ...destination, totals }];
  });
  const document: Document = { routes, ...rest };
  writeDocument(sql, NAME, JSON.stringify(document));
}
