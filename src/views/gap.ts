/** An entry of the gap list, as answers and streams show it. */
import type { Gap, GapSide } from '../log/contract/gaps';
import { timeOrNull, timeText } from '../time';

const READINGS = [
  'new: the webhook was made anew at the provider, and these ids of its new numbering did not come',
  'continue: the events in question were sent again with other bytes, or these ids were sent before this webhook; nothing is missing',
] as const;

const READINGS_ON_RECORD = [
  'new: the events with these ids are of the new numbering, and nothing is missing here',
  'older: some of them are of the older numbering, late or sent again with other bytes, and those of the new one did not come',
] as const;

export function gapView(gap: Gap) {
  return {
    epoch: gap.epoch,
    from: gap.from,
    to: gap.to,
    count: gap.count,
    status: gap.status,
    detected_at: timeText(gap.detectedAt),
    resolved_at: timeOrNull(gap.resolvedAt),
    before: sideView(gap.before),
    after: sideView(gap.after),
    retry_until: timeOrNull(gap.retryUntil),
    // Events came under these ids, and perhaps not those of this numbering.
    on_record: gap.onRecord,
    // Why it is uncertain: in one reading of what arrived the ids are missing, in the other they never were.
    readings: gap.status === 'uncertain' ? [...(gap.onRecord ? READINGS_ON_RECORD : READINGS)] : [],
    note: gap.note,
  };
}

function sideView(side: GapSide | null) {
  if (side === null) return null;
  return {
    increment_id: side.incrementId,
    sequence: side.sequence,
    received_at: timeOrNull(side.receivedAt),
  };
}
