/**
 * Whether what is delivered can be noted. When it cannot, nothing is delivered: else every start of the object would deliver
 * the same events again.
 *
 * After a write that failed, deliveries are suspended. A probe write ends that; it is tried after a second, and then after ever
 * longer. Then one delivery leaves, and no other before it is noted: what the probe does not meet, as a row that is too large,
 * is met by that one alone, and the next wait is longer again. The suspension is kept outside of the object, which ends with a failed write, for as long as its isolate lives.
 * An object that starts without that memory, and finds events that the one before it should have delivered, makes a
 * probe write before its first delivery. So a full disk costs one repeated delivery at most for each event, not one per start.
 */
import type { Clock } from '../../clock';
import { errorFields } from '../../error-name';
import type { Log } from '../../log-line';
import { probeWrite } from '../store/documents';
import type { Ended } from './delivery-ends';
import type { StoredForwarding } from './stored-forwarding';
import { type Unnoted, unnotedOf, withUnnoted } from './unnoted';

const FIRST_PROBE_MS = 1000;
const MAX_BETWEEN_PROBES_MS = 5 * 60_000;

/** Deliveries wait; times in ms since 1970. */
export type Suspension = { since: number; probeAt: number };

/**
 * What is remembered while an object ends and starts. `suspension`: null when deliveries may leave. `failures`: of writes, since
 * what was to be noted of deliveries was stored last. `unnoted`: what could not be.
 */
export type SuspensionMemory = {
  suspension: Suspension | null;
  failures: number;
  unnoted: Unnoted[];
  /** True since what became of deliveries could not be noted, until it could. */
  onTrial: boolean;
  /** True since events were refused, until one is stored: they are told once. */
  refusing: boolean;
};

export const newMemory = (): SuspensionMemory => {
  return { suspension: null, failures: 0, unnoted: [], onTrial: false, refusing: false };
};

export type WriteWatchDeps = {
  storage: Pick<DurableObjectStorage, 'sql' | 'transactionSync'>;
  clock: Clock;
  memory: SuspensionMemory;
  log: Log;
};

/** Watches the writes of one object. */
export class WriteWatch {
  #deps: WriteWatchDeps;
  /** True when a write has worked since the object started. */
  #proven = false;

  constructor(deps: WriteWatchDeps) {
    this.#deps = deps;
  }

  /** When the next probe is due, ms since 1970; null while nothing is suspended. */
  get probeAt(): number | null {
    return this.#deps.memory.suspension?.probeAt ?? null;
  }

  /** Since when deliveries wait, ms since 1970; null while they do not. */
  get suspendedSince(): number | null {
    return this.#deps.memory.suspension?.since ?? null;
  }

  /** Events were stored. */
  stored(): void {
    this.#deps.memory.refusing = false;
  }

  /** What was to be noted of deliveries is stored. */
  wrote(): void {
    this.#proven = true;
    this.#deps.memory.failures = 0;
    this.#deps.memory.unnoted = [];
    this.#deps.memory.onTrial = false;
  }

  /** Keeps in mind what a flush that failed was to note. */
  couldNotNote(ended: readonly Ended[]): void {
    this.#deps.memory.unnoted.push(...unnotedOf(ended));
  }

  /** What is stored of deliveries, and what is kept in mind of them. */
  completed(stored: StoredForwarding): StoredForwarding {
    return withUnnoted(stored, this.#deps.memory.unnoted);
  }

  /** Whether only one delivery may be under way, as it is not known yet whether it can be noted. */
  get onTrial(): boolean {
    return this.#deps.memory.onTrial;
  }

  /** A write failed. Only the first one of several is logged. */
  failed(written: 'events' | 'counts' | 'deliveries', error: unknown): void {
    const { memory, log } = this.#deps;
    if (written === 'deliveries') memory.onTrial = true;
    const isCommit = written !== 'deliveries';
    if (memory.suspension !== null || (isCommit && memory.refusing)) return;
    if (isCommit) memory.refusing = true;
    log('storage_refused', { written, ...errorFields(error) });
    // It may be this event alone that cannot be stored. Then the others are not to suffer from it.
    if (isCommit && this.#probe() === null) return;
    this.#suspend(null);
  }

  /** Whether deliveries may leave now. When a probe is due, this makes it. */
  allowsSending(): boolean {
    const { memory, clock, log } = this.#deps;
    const { suspension } = memory;
    if (suspension === null) return true;
    const now = clock.now();
    if (now < suspension.probeAt) return false;
    if (this.#probe() === null) {
      memory.suspension = null;
      memory.refusing = false;
      log('storage_accepted', { seconds: Math.round((now - suspension.since) / 1000) });
      return true;
    }
    this.#suspend(suspension);
    return false;
  }

  /** To be asked before deliveries start. @param leftOver whether an object before this one should have made some of them */
  mayBegin(leftOver: boolean): boolean {
    const { memory, log } = this.#deps;
    if (memory.suspension !== null) return false;
    const refusal = this.#proven || !leftOver ? null : this.#probe();
    if (refusal === null) return true;
    log('storage_refused', { written: 'probe', ...errorFields(refusal.error) });
    this.#suspend(null);
    return false;
  }

  /** @param before the suspension that goes on; null where one begins */
  #suspend(before: Suspension | null): void {
    const { memory, clock } = this.#deps;
    const now = clock.now();
    const wait = Math.min(MAX_BETWEEN_PROBES_MS, FIRST_PROBE_MS * 2 ** memory.failures);
    memory.failures++;
    memory.suspension = { since: before?.since ?? now, probeAt: now + wait };
  }

  /** Null when it worked. */
  #probe(): { error: unknown } | null {
    const { storage } = this.#deps;
    try {
      storage.transactionSync(() => probeWrite(storage.sql));
      this.#proven = true;
      return null;
    } catch (error) {
      return { error };
    }
  }
}
