/** The document that every flush writes: how far each destination and each replay is, and the latest attempts. */

import type { JournalEntry } from '../store/attempt-journal';
import { readDocument, writeDocument } from '../store/documents';
import { type Circuit, CLOSED } from './circuit';
import type { Cursor } from './trail';

/** Counts since the destination was made. `lastDeliveredAt` in ms since 1970. */
export type Totals = { delivered: number; failedAttempts: number; lastDeliveredAt: number | null };

/** Events `from..to` that retention dropped before they were delivered; `at` in ms since 1970. */
export type Loss = { from: number; to: number; at: number };

export type StoredDestination = {
  cursor: Cursor;
  circuit: Circuit;
  /** Per blocked key, up to which ordinal it is done. */
  progress: [string, number][];
  totals: Totals;
  /** Why the gateway itself turned it off, until it is active again. */
  disabledReason: string | null;
  losses: Loss[];
};

export type StoredForwarding = {
  /** By destination id. */
  destinations: [string, StoredDestination][];
  /** Per replay, up to which sequence it is done. */
  replays: [number, number][];
  attempts: JournalEntry[];
};

/** As it is written: the names are those of the stored format. */
type Document = { routes: [string, StoredDestination][] } & Omit<StoredForwarding, 'destinations'>;

const NAME = 'forwarding';

/** Reads what this release or an earlier one stored. What an earlier one did not write gets its default. */
export function readForwarding(sql: SqlStorage): StoredForwarding {
  const text = readDocument(sql, NAME);
  const stored = text === null ? {} : (JSON.parse(text) as Partial<Document>);
  const { routes = [], replays = [], attempts = [] } = stored;
  return { destinations: routes.map(([id, route]) => [id, readDestination(route)]), replays, attempts };
}

function readDestination(
  stored: Pick<StoredDestination, 'cursor'> & Partial<StoredDestination>,
): StoredDestination {
  return {
    circuit: CLOSED,
    progress: [],
    totals: { delivered: 0, failedAttempts: 0, lastDeliveredAt: null },
    disabledReason: null,
    losses: [],
    ...stored,
  };
}

/** Writes the document. 1 row. Inside the caller's transaction. */
export function writeForwarding(sql: SqlStorage, { destinations, ...rest }: StoredForwarding): void {
  const document: Document = { routes: destinations, ...rest };
  writeDocument(sql, NAME, JSON.stringify(document));
}
