/**
 * The log of one webhook: judges events, gives them their sequence, and keeps them.
 *
 * A batch of appends is one transaction. The next state is computed on copies and taken over after the commit, so a
 * failed batch leaves nothing behind, in memory or on disk. Nothing here does I/O besides the object's own database,
 * and the clock is passed in.
 */
import type { WebhookRecord } from '../subscriptions/webhook';
import {
  type Checkpoint,
  decodeCheckpoint,
  EMPTY_HEAD,
  EVENTS_PER_CHECKPOINT,
  encodeCheckpoint,
  type Head,
} from './checkpoint';
import type { AppendResult, IncomingEvent } from './contract';
import type { Epoch } from './epoch';
import { GapRows } from './gap-rows';
import type { Hole } from './holes';
import { type Judgement, judge } from './judge';
import { fingerprintHex, KnownIds } from './known-ids';
import { bodyKey, eventIdKey, quarantineKey, SeenKeys } from './seen-keys';
import { type HeldReason, Segments, type StoredEvent } from './segments';
import { readState, writeState } from './tables';
import {
  age,
  type Conflict,
  nextAging,
  type Placement,
  recordConflict,
  record as recordPlacement,
  type TrackerChange,
  type TrackerSettings,
} from './tracker';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Retries of every provider known end within 5 days; deduplication outlives them in any case. */
const MIN_DEDUPLICATION_DAYS = 8;

type Stored = Extract<Judgement, { kind: 'accept' | 'quarantine' }>;

export class Log {
  readonly segments: Segments;
  readonly gaps: GapRows;
  readonly known: KnownIds;
  #storage: DurableObjectStorage;
  #seen: SeenKeys;
  #head: Head;
  /** The state of holes and epochs for which `at` was worked out. */
  #aging: { current: readonly Hole[] | undefined; previous: readonly Epoch[] | null; at: number | null } = {
    current: undefined,
    previous: null,
    at: null,
  };
  /** Sequence of the last checkpoint, and whether something since is not in the event rows. */
  #saved: { sequence: number; stale: boolean };

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const { sql } = storage;
    const text = readState(sql, 'checkpoint');
    const checkpoint: Checkpoint =
      text === null ? { head: EMPTY_HEAD, forgotten: [] } : decodeCheckpoint(text);
    this.segments = new Segments(sql);
    this.gaps = new GapRows(sql);
    this.known = new KnownIds(sql, checkpoint.forgotten);
    this.#seen = new SeenKeys(sql);
    this.#head = checkpoint.head;
    this.#saved = { sequence: checkpoint.head.lastSequence, stale: false };
  }

  get head(): Head {
    return this.#head;
  }

  /** Plays the events since the last checkpoint over it. Once, before anything else; `webhook` as it is stored. */
  replay(webhook: WebhookRecord): void {
    const settings = trackerSettings(webhook);
    while (true) {
      const events = this.segments.after(this.#head.lastSequence, EVENTS_PER_CHECKPOINT);
      if (events.length === 0) break;
      for (const event of events) this.#replayEvent(event, settings);
    }
    this.known.commit();
  }

  #replayEvent(event: StoredEvent, settings: TrackerSettings): void {
    const { lastRelease, counters } = this.#head;
    let { tracker } = this.#head;
    const { incrementId, epoch, receivedAt, sequence } = event;
    if (incrementId !== null && epoch !== null) {
      const fingerprint = fingerprintHex(event.fingerprint);
      const arrival = { id: incrementId, fingerprint, eventTime: event.eventTime, now: receivedAt };
      const placement = { kind: 'unseen', epoch, late: event.late, gap: null } as const;
      tracker = recordPlacement(tracker, arrival, placement, settings).tracker;
      this.known.set(epoch, incrementId, { kind: 'accepted', sequence, fingerprint }, receivedAt);
    }
    this.#head = {
      lastSequence: sequence,
      lastEventAt: receivedAt,
      tracker,
      counters: { ...counters, accepted: counters.accepted + 1 },
      lastRelease,
    };
  }

  /** Judges and stores a batch in one transaction; results in the order given. Throws when it cannot be stored. */
  append(webhook: WebhookRecord, events: readonly IncomingEvent[], now: number): AppendResult[] {
    return this.#transaction(() => {
      const results = new Map<IncomingEvent, AppendResult>();
      // In increment order, so that events that arrive together make no holes among themselves.
      const ordered = [...events].sort((a, b) => (a.incrementId ?? 0) - (b.incrementId ?? 0));
      for (const event of ordered) results.set(event, this.#appendOne(webhook, event, now));
      if (this.#saved.stale || this.#head.lastSequence - this.#saved.sequence >= EVENTS_PER_CHECKPOINT) {
        this.#save();
      }
      return events.map(event => results.get(event) ?? { kind: 'overloaded' });
    });
  }

  #appendOne(webhook: WebhookRecord, event: IncomingEvent, now: number): AppendResult {
    const fingerprint = fingerprintHex(event.fingerprint);
    const judgement = judge(
      event,
      fingerprint,
      webhook,
      {
        tracker: this.#head.tracker,
        lookup: (epoch, id) => this.known.lookup(epoch, id),
        seen: key => this.#seen.get(key),
      },
      now,
    );
    const incrementId = webhook.sequence.enabled ? event.incrementId : null;
    switch (judgement.kind) {
      case 'inactive':
        return { kind: 'inactive' };
      case 'rejected':
        return { kind: 'rejected', issues: judgement.issues };
      case 'duplicate':
        this.#count('duplicate');
        return { kind: 'duplicate', sequence: judgement.sequence, incrementId };
      case 'ignored':
        this.#count('ignored');
        if (judgement.placement !== null) {
          this.#recordId(webhook, event, fingerprint, judgement.placement, 'ignored', 0, now);
          this.#saved.stale = true;
        }
        return { kind: 'ignored', incrementId };
      case 'accept':
      case 'quarantine':
        return this.#store(webhook, event, fingerprint, judgement, incrementId, now);
    }
  }

  #store(
    webhook: WebhookRecord,
    event: IncomingEvent,
    fingerprint: string,
    judgement: Stored,
    incrementId: number | null,
    now: number,
  ): AppendResult {
    const quarantined = judgement.kind === 'quarantine';
    const { placement } = judgement;
    this.#seen.rotate(now, deduplicationMs(webhook));
    // Events adopted into a new epoch were here before this one: they take their places in the feed before it.
    if (placement?.kind === 'restart') this.#adopt(webhook, placement, now);
    const sequence = this.#head.lastSequence + 1;
    this.#head = { ...this.#head, lastSequence: sequence, lastEventAt: now };
    if (placement !== null) {
      const kind = quarantined ? 'quarantined' : 'accepted';
      const plain = this.#recordId(webhook, event, fingerprint, placement, kind, sequence, now);
      if (!plain || quarantined) this.#saved.stale = true;
    }
    const status = quarantined ? 'quarantined' : webhook.confirm === null ? 'forwardable' : 'confirming';
    const late = placement?.kind === 'unseen' || placement?.kind === 'unaccepted' ? placement.late : false;
    const gap = placement?.kind === 'unseen' && placement.gap !== null ? placement.gap.join('-') : null;
    const clash = placement?.kind === 'conflict' || placement?.kind === 'too_old';
    const reason: HeldReason | null = quarantined
      ? judgement.reason
      : status === 'confirming'
        ? 'confirming'
        : null;
    const issues = quarantined ? judgement.issues : [];
    this.segments.openFor(sequence, now);
    this.segments.insert(
      {
        ...event,
        sequence,
        receivedAt: now,
        incrementId,
        epoch: placement === null || clash ? null : placement.epoch,
        status,
        deferred: status !== 'forwardable',
        reason,
        gap,
        late,
        issues,
        bodyBytes: event.body.byteLength,
      },
      event.body,
    );
    if (quarantined) {
      this.#count('quarantined');
      this.#seen.put(quarantineKey(fingerprint), { sequence, fingerprint, at: now });
      this.#saved.stale = true;
      return { kind: 'quarantined', sequence, incrementId, issues };
    }
    this.#count('accepted');
    this.#rememberKeys(event, fingerprint, placement, sequence, now);
    if (status === 'confirming') {
      this.#storage.sql.exec(
        'INSERT INTO confirmations (sequence, attempts, next_at, detail) VALUES (?, 0, ?, NULL)',
        sequence,
        now,
      );
    }
    return { kind: 'accepted', sequence, incrementId };
  }

  #rememberKeys(
    event: IncomingEvent,
    fingerprint: string,
    placement: Placement | null,
    sequence: number,
    now: number,
  ): void {
    const seen = { sequence, fingerprint, at: now };
    if (event.eventId !== null) this.#seen.put(eventIdKey(event.eventId), seen);
    else if (placement === null) this.#seen.put(bodyKey(fingerprint), seen);
  }

  /** Records an id in the tracker and among the known ids. True when the event's row alone will replay it. */
  #recordId(
    webhook: WebhookRecord,
    event: IncomingEvent,
    fingerprint: string,
    placement: Placement,
    kind: 'accepted' | 'ignored' | 'quarantined',
    sequence: number,
    now: number,
  ): boolean {
    const id = event.incrementId;
    if (id === null || placement.kind === 'duplicate') return true;
    const arrival = { id, fingerprint, eventTime: event.eventTime, now };
    if (placement.kind === 'conflict' || placement.kind === 'too_old') {
      const conflict: Conflict = { id, sequence, fingerprint, eventTime: event.eventTime };
      this.#head = { ...this.#head, tracker: recordConflict(this.#head.tracker, conflict) };
      return false;
    }
    const { tracker, changes } = recordPlacement(
      this.#head.tracker,
      arrival,
      placement,
      trackerSettings(webhook),
    );
    this.#head = { ...this.#head, tracker };
    for (const change of changes) this.gaps.apply(change, now);
    // An id that only quarantined or ignored events carried so far is taken over by an accepted one.
    const keeps = placement.kind === 'unaccepted' && kind !== 'accepted';
    if (!keeps) this.known.set(placement.epoch, id, { kind, sequence, fingerprint }, now);
    const ordinary = placement.kind === 'unseen' && placement.epoch === tracker.current?.number;
    return ordinary && changes.every(isYoungFill);
  }

  /** Conflicts that turned out to be the new numbering leave quarantine for it, in the order of their ids. */
  #adopt(webhook: WebhookRecord, placement: Extract<Placement, { kind: 'restart' }>, now: number): void {
    for (const { id, sequence, fingerprint } of placement.adopted) {
      this.known.set(placement.epoch, id, { kind: 'accepted', sequence, fingerprint }, now);
      this.#letGo(webhook, sequence, placement.epoch);
    }
  }

  /** A held event becomes forwardable: it takes the next place in the feed. False when it is no longer here. */
  #letGo(webhook: WebhookRecord, sequence: number, epoch: number | null): boolean {
    const event = this.segments.get(sequence);
    if (event === null || event.status === 'forwardable') return false;
    const wasQuarantined = event.status === 'quarantined';
    const confirm = wasQuarantined && event.reason === 'conflict' && webhook.confirm !== null;
    this.segments.update(sequence, {
      status: confirm ? 'confirming' : 'forwardable',
      reason: confirm ? 'confirming' : null,
      epoch: epoch ?? event.epoch,
      issues: [],
      late: event.late,
    });
    if (confirm) {
      this.#storage.sql.exec(
        'INSERT INTO confirmations (sequence, attempts, next_at, detail) VALUES (?, 0, ?, NULL)',
        sequence,
        this.#head.lastEventAt ?? 0,
      );
    } else {
      const lastRelease = this.#head.lastRelease + 1;
      this.#storage.sql.exec(
        'INSERT INTO releases (position, after_sequence, sequence) VALUES (?, ?, ?)',
        lastRelease,
        this.#head.lastSequence,
        sequence,
      );
      this.#head = { ...this.#head, lastRelease };
    }
    if (wasQuarantined) {
      this.#count('accepted');
      this.#count('quarantined', -1);
    }
    this.#saved.stale = true;
    return true;
  }

  /** Lets a quarantined or confirmed event go. False when there is nothing to let go. */
  release(webhook: WebhookRecord, sequence: number): boolean {
    return this.#transaction(() => {
      const released = this.#letGo(webhook, sequence, null);
      const event = this.segments.get(sequence);
      if (released && event !== null && event.incrementId !== null && event.epoch !== null) {
        const fingerprint = fingerprintHex(event.fingerprint);
        const entry = this.known.lookup(event.epoch, event.incrementId);
        if (entry !== null && entry !== 'forgotten' && entry.sequence === sequence) {
          this.known.set(
            event.epoch,
            event.incrementId,
            { kind: 'accepted', sequence, fingerprint },
            event.receivedAt,
          );
        }
      }
      if (released) {
        this.#storage.sql.exec('DELETE FROM confirmations WHERE sequence = ?', sequence);
        this.#save();
      }
      return released;
    });
  }

  /** An event that the provider's API did not confirm goes to quarantine. */
  refuse(sequence: number, issues: StoredEvent['issues']): void {
    this.#transaction(() => {
      const event = this.segments.get(sequence);
      this.#storage.sql.exec('DELETE FROM confirmations WHERE sequence = ?', sequence);
      if (event === null) return;
      const { epoch, late } = event;
      this.segments.update(sequence, { status: 'quarantined', reason: 'unconfirmed', epoch, issues, late });
      this.#count('accepted', -1);
      this.#count('quarantined');
      this.#save();
    });
  }

  /** When holes change or epochs close by themselves, ms since 1970, or null. */
  agesAt(webhook: WebhookRecord): number | null {
    const { tracker } = this.#head;
    // Looking at every hole after every commit would be felt; most commits change none.
    const { current, previous } = this.#aging;
    if (current !== tracker.current?.holes || previous !== tracker.previous) {
      this.#aging = {
        current: tracker.current?.holes,
        previous: tracker.previous,
        at: nextAging(tracker, trackerSettings(webhook)),
      };
    }
    return this.#aging.at;
  }

  /** Lets time pass: holes open and expire, epochs close. */
  age(webhook: WebhookRecord, now: number): void {
    this.#transaction(() => {
      const { tracker, aged, closed } = age(this.#head.tracker, now, trackerSettings(webhook));
      if (tracker === this.#head.tracker) return;
      for (const change of aged) this.gaps.age(change);
      for (const epoch of closed) this.gaps.close(epoch.number, epoch.holes);
      this.#head = { ...this.#head, tracker };
      this.#save();
    });
  }

  /** When the oldest events are past their retention, ms since 1970, or null. */
  dropsAt(webhook: WebhookRecord): number | null {
    return this.segments.nextDropAt(webhook.retentionDays * DAY_MS);
  }

  /** Drops what is past retention and past the deduplication window. */
  retain(webhook: WebhookRecord, now: number): void {
    const retentionMs = webhook.retentionDays * DAY_MS;
    this.#transaction(() => {
      this.#save();
      this.segments.drop(now, retentionMs);
      this.known.prune(now - deduplicationMs(webhook));
      this.gaps.prune(now - deduplicationMs(webhook));
      this.#storage.sql.exec('DELETE FROM releases WHERE sequence < ?', this.segments.firstSequence);
      this.#save();
    });
  }

  /** Saves the head, so that settings may change: what follows is then replayed under the new ones only. */
  checkpoint(): void {
    this.#transaction(() => this.#save());
  }

  #count(counter: keyof Head['counters'], by = 1): void {
    const { counters } = this.#head;
    this.#head = { ...this.#head, counters: { ...counters, [counter]: counters[counter] + by } };
  }

  #save(): void {
    this.known.save();
    const text = encodeCheckpoint({ head: this.#head, forgotten: this.known.forgotten });
    writeState(this.#storage.sql, 'checkpoint', text);
    this.#saved = { sequence: this.#head.lastSequence, stale: false };
  }

  #transaction<T>(change: () => T): T {
    const head = this.#head;
    const saved = { ...this.#saved };
    try {
      const result = this.#storage.transactionSync(change);
      this.known.commit();
      return result;
    } catch (error) {
      this.#head = head;
      this.#saved = saved;
      this.known.rollback();
      this.segments.reload();
      this.#seen.reload();
      throw error;
    }
  }
}

function isYoungFill(change: TrackerChange): boolean {
  return change.kind === 'filled' && change.hole.status === 'young';
}

export function trackerSettings(webhook: WebhookRecord): TrackerSettings {
  const { graceSeconds, expiresSeconds } = webhook.sequence;
  return { graceMs: graceSeconds * 1000, expiresMs: expiresSeconds * 1000 };
}

/** How long ids and keys are remembered, in ms. */
function deduplicationMs(webhook: WebhookRecord): number {
  return Math.max(webhook.retentionDays, MIN_DEDUPLICATION_DAYS) * DAY_MS;
}
