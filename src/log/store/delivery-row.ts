/** An exception row: a delivery that did not succeed at the first attempt, as a value and as a row of its table. */

export type DeliveryRow = {
  sequence: number;
  destinationId: string;
  /** 0 for the delivery of the feed, else the id of the replay it belongs to. */
  replay: number;
  /** The replay is sent under an id of its own. */
  newId: boolean;
  /** `redacted`: dead because the body was erased, which is no failure. Rows of earlier releases have it; now there is none. */
  status: 'retrying' | 'dead' | 'redacted';
  /** Failed attempts so far. */
  attempts: number;
  /** How many of them used up an entry of the retry schedule. A probe before the retry was due does not. */
  step: number;
  /** When the next attempt is due, ms since 1970; null when dead. */
  nextAt: number | null;
  /**
   * When the schedule has it, where it was made due before that (`DeliveryRows.hurry`); it stays after an attempt that came
   * early, until the one of the schedule.
   */
  plannedAt: number | null;
  /** What `gapless-previous` says, fixed when the scan passed the event; null on a replay. */
  previous: number | null;
  /** The event's place among those the destination wants. */
  ordinal: number;
  error: string | null;
  /** ms since 1970 */
  updatedAt: number;
};

/** The columns of the table. */
export type Row = {
  sequence: number;
  destination_id: string;
  replay: number;
  new_id: number;
  status: 'retrying' | 'dead';
  attempts: number;
  step: number;
  next_at: number | null;
  planned_at: number | null;
  previous: number | null;
  ordinal: number;
  error: string | null;
  updated_at: number;
};

export const COLUMNS =
  'sequence, destination_id, replay, new_id, status, attempts, step, next_at, previous, ordinal, error, updated_at, planned_at';

export const fromRow = (row: Row): DeliveryRow => ({
  sequence: row.sequence,
  destinationId: row.destination_id,
  replay: row.replay,
  newId: row.new_id === 1,
  status: row.status === 'dead' && row.error === 'redacted' ? 'redacted' : row.status,
  attempts: row.attempts,
  step: row.step,
  nextAt: row.next_at,
  plannedAt: row.planned_at,
  previous: row.previous,
  ordinal: row.ordinal,
  error: row.error,
  updatedAt: row.updated_at,
});
