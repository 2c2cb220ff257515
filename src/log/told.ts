/**
 * What the audit log tells of a change besides its fields: ids, numbers, topics and words of the API; nothing by which somebody looked
 * for a person. Null where nothing was changed. Pure.
 */
import type { Facts } from '../audit/entry';
import type { AddResult, ReleaseResult } from './contract/append';
import type { DestinationTestResult } from './contract/destination-test';
import type { GapResolution, ResolveResult } from './contract/gaps';
import type { Settlement, SettleResult } from './contract/numbering';
import type { RecoveryResult } from './contract/recovery';
import type { RedactionRequest, RedactionResult } from './contract/redactions';
import type { Replay, ReplayRequest, ReplayResult, RetryResult } from './contract/replays';

/** A duplicate changed nothing. */
export function ofAdded(result: AddResult | ReleaseResult): Facts | null {
  const isNew = result.kind === 'accepted' || result.kind === 'quarantined';
  return isNew ? { sequence: result.sequence, status: result.kind } : null;
}

export const ofReplay =
  ({ destinationId, fromSequence, toSequence, asked, dryRun }: ReplayRequest) =>
  (result: ReplayResult): Facts | null =>
    !dryRun && hasSent(result)
      ? {
          ...filterIn(asked?.request ?? {}),
          ...{ destination_id: destinationId, from_sequence: fromSequence, to_sequence: toSequence },
          ...sentBy(result),
        }
      : null;

type Counted = Extract<ReplayResult, { kind: 'ok' }>;

/** Not where there was nothing to send. What goes to listeners alone has no `replayId`. */
const hasSent = (result: ReplayResult): result is Counted =>
  result.kind === 'ok' && (result.replayId != null || (result.events ?? 0) > 0);

const sentBy = ({ count, events, replayId }: Counted): Facts => ({
  ...{ count, events: events ?? null, replay_id: replayId ?? null },
});

/** The filter as it was given; the edge has taken out what may name a person. */
function filterIn(request: Readonly<Record<string, unknown>>): Facts {
  const facts: Record<string, Facts[string]> = {};
  for (const [name, value] of Object.entries(request)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      facts[name] = value;
  }
  return facts;
}

export const ofReplayedEvent =
  (sequence: number, destinationId: string | null) =>
  (result: ReplayResult): Facts | null =>
    hasSent(result) ? { ...{ sequence, destination_id: destinationId }, ...sentBy(result) } : null;

export const ofCancelledReplay =
  (replayId: number) =>
  (replay: Replay | null): Facts | null =>
    replay === null ? null : { replay_id: replayId };

export const ofRetry =
  (destinationId: string) =>
  (result: RetryResult): Facts | null =>
    result.kind === 'ok' && result.waiting > 0
      ? { destination_id: destinationId, waiting: result.waiting }
      : null;

/** A test changes nothing here, but what is sent is signed: who had it sent can be asked for. */
export const ofTested =
  (destinationId: string) =>
  (result: DestinationTestResult): Facts | null =>
    result.kind === 'ok' ? { destination_id: destinationId, http_status: result.attempt.status } : null;

export const ofRedactedEvent =
  (sequence: number) =>
  (redacted: boolean): Facts | null =>
    redacted ? { sequence } : null;

export const ofRedaction =
  ({ dryRun }: RedactionRequest) =>
  (result: RedactionResult): Facts | null =>
    result.kind === 'ok' && !dryRun ? { redaction_id: result.redactionId, count: result.count } : null;

export const ofResolved =
  ({ from, to, epoch }: GapResolution) =>
  (result: ResolveResult): Facts | null =>
    result.kind === 'ok' && result.count > 0 ? { from, to, epoch, count: result.count } : null;

export const ofSettled =
  (request: Settlement) =>
  (result: SettleResult): Facts | null =>
    result.kind !== 'ok'
      ? null
      : { reading: request.how, sequence: request.how === 'new' ? request.sequence : null };

/** To be told by the log that was taken back: what the other one knew is gone. */
export const ofRecovery = (result: RecoveryResult): Facts | null =>
  result.kind === 'resumed' ? { last_sequence: result.lastSequence } : null;
