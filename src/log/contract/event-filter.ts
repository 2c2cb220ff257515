/** What events are found by: the filters that the list, the feed and replays have in common. */

/**
 * How a delivery stands: `waiting` for its turn or under way, `retrying` after a failure, `paused` where it would be one of
 * the two and its destination is turned off, `delivered`, `dead`.
 */
export const DELIVERY_STATES = ['waiting', 'retrying', 'dead', 'delivered', 'paused'] as const;

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** Null, where nothing else is said, for any. What is given has to hold together. */
export type EventFilter = {
  /** Acceptance time in ms since 1970, `[since, until)`. */
  since: number | null;
  until: number | null;
  eventId: string | null;
  incrementId: number | null;
  entityKey: string | null;
  /** Text that a header (`name: value`) or the body has, in either case of letters. */
  text: string | null;
  /** Events that a destination is to get or got, by how their delivery stands. */
  delivery: { destinationId: string; state: DeliveryState } | null;
};

export const NO_FILTER: EventFilter = {
  since: null,
  until: null,
  eventId: null,
  incrementId: null,
  entityKey: null,
  text: null,
  delivery: null,
};

/** How far a page came that did not come to the end: the last event that it examined, and when that was accepted. */
export type ScannedTo = { sequence: number; receivedAt: number | null };

/**
 * A topic that no event has. Stands in the place of the topic in what an object of an earlier release would take for less
 * than it says, so that it finds nothing where it does not know the filter.
 */
export const NO_TOPIC = '\0';
