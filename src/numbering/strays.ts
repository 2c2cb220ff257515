/**
 * Strays: ids that an epoch took and that may be of a numbering after it. When that begins, it may be given them. Pure.
 */

/** How many strays: as far may a new numbering be when its id 1 comes at last. */
const MAX_STRAYS = 1000;

/**
 * An id that an epoch took but that may be of a numbering after it: it lies below the baseline, corrected an event in
 * quarantine, or filled a hole after all others had come. `at`: when it came; `eventTime`: when it happened, absent where that is not known; ms since 1970.
 */
export type Stray = {
  readonly id: number;
  readonly at: number;
  readonly eventTime?: number;
  /** It corrected another event, which the epoch has received in any case. */
  readonly corrects?: true;
  /** It filled a hole, and the epoch has not gone on since. */
  readonly fills?: true;
};

/** The epoch with an id that may be of a numbering after it. */
export function withStray<E extends { readonly strays?: readonly Stray[] }>(
  epoch: E,
  { id, eventTime, now }: { id: number; eventTime: number | null; now: number },
  how: Pick<Stray, 'corrects' | 'fills'> = {},
): E {
  const time = eventTime === null ? {} : { eventTime };
  const stray: Stray = { id, at: now, ...time, ...how };
  return { ...epoch, strays: [...(epoch.strays ?? []).slice(1 - MAX_STRAYS), stray] };
}
