/** The receipt of an erasure, as answers show it. */
import type { Redaction, Sequences, Sought } from '../log/contract/redactions';
import { timeText } from '../time';
import { actView } from './act';

export function redactionView(receipt: Redaction) {
  const { id, at, lastAt, act, sought, count, events, unsearched, capturedRequests, complete } = receipt;
  return {
    redaction_id: id,
    at: timeText(at),
    completed_at: complete ? timeText(lastAt) : null,
    act: act === null ? null : actView(act),
    sought: soughtView(sought),
    count,
    sequences: rangesView(events),
    unsearched_sequences: rangesView(unsearched),
    captured_requests: capturedRequests,
  };
}

/** What was looked for, without a value: digests. */
export function soughtView(sought: Sought) {
  if ('sequence' in sought) return { sequence: sought.sequence };
  return 'entityKey' in sought ? { entity_key: sought.entityKey } : { body: sought.body };
}

const rangesView = (ranges: Sequences) => ranges.map(([from, to]) => ({ from, to }));
