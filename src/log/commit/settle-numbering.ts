/** An operator settles whether a new numbering began. The gap list, the records of ids and quarantine follow. */
import { type Arrival, receivedIn } from '../../numbering/epoch';
import { beginNew, continueOld, proveNew } from '../../numbering/settle';
import type { Conflict, KnownId, Tracked } from '../../numbering/types';
import type { Settlement, SettleResult } from '../contract/numbering';
import { fingerprintHex } from '../store/known-ids';
import type { Draft } from './draft';
import { forgetMovedIds, recordGapChange } from './gap-changes';
import { adopt } from './held-events';
import { beginHold } from './predecessor-hold';
import { moveRecords } from './record-id';
import { trackerSettings } from './settings';

/** Of how many events of a numbering the first is looked for. Between those with its lowest ids may be many that were ignored. */
const MAX_LOOKED_AT = 100;
/** How many events are judged anew at once. */
const MAX_EVENTS = 10_000;

type Refusal = Exclude<SettleResult, { kind: 'ok' | 'gone' }>;

/** Settles the numbering in the caller's transaction; null when it did. `now` in ms since 1970. */
export function settleNumbering(draft: Draft, request: Settlement, now: number): Refusal | null {
  const { settled, tracker } = draft.state;
  if (tracker.current === null || !draft.webhook.sequence.enabled) return { kind: 'unnumbered' };
  if (request.how === 'undo') {
    if (settled === null) return { kind: 'nothing_to_settle' };
    const refusal = settled.how === 'new' ? goOn(draft, now) : beginAt(draft, settled.sequence, now);
    if (refusal === null) draft.change({ settled: null });
    return refusal;
  }
  if (request.how === 'continue') return goOn(draft, now);
  if (request.sequence !== null) return beginAt(draft, request.sequence, now);
  const proven = proveNew(draft.state.tracker, now, trackerSettings(draft.webhook));
  if (proven === null) return { kind: 'nothing_to_settle' };
  take(draft, proven, now);
  draft.change({ settled: { how: 'new', sequence: 0 } });
  return null;
}

function goOn(draft: Draft, now: number): Refusal | null {
  const { tracker } = draft.state;
  const sequence = firstSequence(draft);
  const folded = continueOld(tracker, now, trackerSettings(draft.webhook));
  if (folded === null) return { kind: 'nothing_to_settle' };
  take(draft, folded, now);
  // Without any event on record there is none that a numbering could be said to begin with again.
  draft.change({ settled: sequence === null ? null : { how: 'continue', sequence } });
  return null;
}

/** The sequence of the first event of the current numbering, as far as its lowest ids tell; null where it has none on record. */
function firstSequence({ state, tables }: Draft): number | null {
  const { current, shadow, conflicts } = state.tracker;
  if (shadow !== undefined) return conflicts.find(({ proofless }) => proofless !== true)?.sequence ?? null;
  if (current === null) return null;
  const sequences: number[] = [];
  let looked = 0;
  for (const id of receivedIn(current)) {
    if (sequences.length === MAX_LOOKED_AT || looked++ === MAX_EVENTS) break;
    const known = tables.known.lookup(current.number, id);
    if (known !== null && known !== 'forgotten' && known.sequence > 0) sequences.push(known.sequence);
  }
  return sequences.length === 0 ? null : Math.min(...sequences);
}

function beginAt(draft: Draft, sequence: number, now: number): Refusal | null {
  const { tracker, lastSequence } = draft.state;
  const event = draft.tables.events.get(sequence);
  if (event === null || event.incrementId === null || tracker.current === null)
    return { kind: 'unknown_event' };
  if (lastSequence - sequence > MAX_EVENTS) return { kind: 'too_many', limit: MAX_EVENTS };
  const { came, taken, conflicts, records } = since(draft, sequence, now);
  const begun = beginNew(tracker, { came, taken }, trackerSettings(draft.webhook), now);
  if (begun === null) return { kind: 'unknown_event' };
  take(draft, begun, now);
  const number = begun.tracker.lastEpoch;
  adopt(draft, number, conflicts, now);
  const { known } = draft.tables;
  // What left quarantine for an epoch before has its record there alone.
  for (const [id, record] of records)
    if (known.lookup(number, id) === null) known.set(number, id, record, now);
  draft.change({ settled: { how: 'new', sequence } });
  return null;
}

type Since = { came: Arrival[]; taken: number[]; conflicts: Conflict[]; records: Map<number, KnownId> };

/** What came from a sequence on that the new numbering may have sent: the latest event of each id, ascending. */
function since({ state, tables }: Draft, sequence: number, now: number): Since {
  const number = state.tracker.current?.number ?? 0;
  const isOnRecord = (id: number, sequence: number) => {
    const known = tables.known.lookup(number, id);
    return known !== null && known !== 'forgotten' && known.sequence === sequence;
  };
  const byId = new Map<number, Arrival>();
  const conflicts = new Map<number, Conflict>();
  const records = new Map<number, KnownId>();
  for (const event of tables.events.after(sequence - 1, MAX_EVENTS + 1)) {
    const { incrementId: id, eventTime, epoch, reason } = event;
    const isConflict = reason === 'conflict' || reason === 'too_old_to_compare';
    // Late retries of an earlier numbering are that one's, unless the current one was given them since.
    if (id === null || (!isConflict && (epoch ?? 0) < number && !isOnRecord(id, event.sequence))) continue;
    const fingerprint = fingerprintHex(event.fingerprint);
    byId.set(id, { id, fingerprint, eventTime, now });
    const kind = event.status === 'quarantined' ? 'quarantined' : 'accepted';
    records.set(id, { kind, sequence: event.sequence, fingerprint });
    if (isConflict) conflicts.set(id, { id, sequence: event.sequence, fingerprint, eventTime });
  }
  const ascending = (a: { id: number }, b: { id: number }) => a.id - b.id;
  const isTaken = (id: number) => {
    const known = tables.known.lookup(number, id);
    return known === null || (known !== 'forgotten' && known.sequence >= sequence);
  };
  const came = [...byId.values()].sort(ascending);
  const taken = came.map(({ id }) => id).filter(isTaken);
  return { came, taken, conflicts: [...conflicts.values()].sort(ascending), records };
}

function take(draft: Draft, { tracker, changes, moved = [] }: Tracked, now: number): void {
  if (draft.state.hold !== null) beginHold(draft, tracker.current);
  draft.change({ tracker });
  for (const change of changes) recordGapChange(draft, change, now);
  forgetMovedIds(draft);
  moveRecords(draft, moved, now);
}
