/**
 * Chores: work of an object that waits for a time.
 *
 * All chores are in one list. The alarm runs the due ones of that list, and the same list tells when to set the alarm.
 * So no chore can be missing from only one of the two.
 */
import type { Clock } from '../clock';
import type { EventLog } from './commit/event-log';
import { endRefusals, refusalsEndAt } from './commit/refused-requests';
import type { Confirmations } from './confirm/confirmations';
import type { DestinationWatch } from './destination-watch';
import type { Forwarding } from './forward/forwarding';
import type { NewEvents } from './read/new-events';
import type { Refusals } from './store/refusals';

export type Chore = {
  /** Its name in log lines. */
  name: string;
  /** When it is due, ms since 1970; null for never. */
  dueAt: () => number | null;
  /** `now` in ms since 1970. The alarm waits for a promise. */
  run: (now: number) => void | Promise<void>;
  /** Run it with every alarm, because work that a crash interrupted has no due time. Cheap when there is none. */
  always?: true;
};

/** When the next chore is due, ms since 1970, or null. */
export function nextDueAt(chores: readonly Chore[]): number | null {
  let next: number | null = null;
  for (const { dueAt } of chores) {
    const at = dueAt();
    if (at !== null && (next === null || at < next)) next = at;
  }
  return next;
}

const isDue = (at: number | null, now: number): boolean => at !== null && at <= now;

/**
 * Runs what is due by `now` (ms since 1970). Never rejects, because the runtime drops an alarm that threw six times. A
 * chore that fails is told to `failed` and stays due; the others run all the same.
 */
export async function runDue(
  chores: readonly Chore[],
  now: number,
  failed: (chore: string, error: unknown) => void,
): Promise<void> {
  const unfinished: Promise<void>[] = [];
  for (const { name, dueAt, run, always } of chores) {
    try {
      if (always !== true && !isDue(dueAt(), now)) continue;
      const running = run(now);
      if (running instanceof Promise) unfinished.push(running.catch(error => failed(name, error)));
    } catch (error) {
      failed(name, error);
    }
  }
  await Promise.all(unfinished);
}

export type ChoreParts = {
  log: EventLog;
  forwarding: Forwarding;
  confirmations: Confirmations;
  refusals: Refusals;
  newEvents: NewEvents;
  watch: DestinationWatch;
  clock: Clock;
};

/** The chores of a live webhook. @param drop what retention does, at a time in ms since 1970 */
export function choresOf(
  { log, forwarding, confirmations, refusals, newEvents, watch, clock }: ChoreParts,
  drop: (now: number) => void,
): Chore[] {
  return [
    { name: 'hold', dueAt: () => log.holdEndsAt(), run: now => log.endHold(now) },
    { name: 'gaps', dueAt: () => log.agesAt(), run: now => log.age(now) },
    { name: 'alerts', dueAt: () => watch.dueAt(clock.now()), run: now => watch.look(now), always: true },
    {
      name: 'refusals_end',
      dueAt: () => refusalsEndAt({ log, refusals }),
      run: now => endRefusals({ log }, now),
    },
    { name: 'notices', dueAt: () => log.noticesAt(), run: now => log.sendNotices(now) },
    // The chores above may have added events.
    { name: 'readers', dueAt: () => null, run: () => newEvents.announce(), always: true },
    { name: 'retention', dueAt: () => log.dropsAt(), run: drop },
    {
      name: 'confirmations',
      dueAt: () => confirmations.nextAt(),
      run: () => confirmations.pump(),
      always: true,
    },
    { name: 'forwarding', dueAt: () => forwarding.nextAt(), run: () => forwarding.pump(), always: true },
    { name: 'refusals', dueAt: () => refusals.expiresAt(), run: now => refusals.expire(now) },
  ];
}
