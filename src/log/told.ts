/**
 * What the audit log tells of a change besides its fields: ids, numbers and words of the API; nothing that someone typed freely, as
 * it may name a person. Null where nothing was changed. Pure.
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
  ({ destinationId, fromSequence, toSequence, dryRun }: ReplayRequest) =>
  (result: ReplayResult): Facts | null =>
    result.kind !== 'ok' || dryRun
      ? null
      : {
          ...{ destination_id: destinationId, from_sequence: fromSequence, to_sequence: toSequence },
          count: result.count,
        };

export const ofReplayedEvent =
  (sequence: number, destinationId: string | null) =>
  (result: ReplayResult): Facts | null =>
    result.kind === 'ok' ? { sequence, destination_id: destinationId, count: result.count } : null;

export const ofCancelledReplay =
  (replayId: number) =>
  (replay: Replay | null): Facts | null =>
    replay === null ? null : { replay_id: replayId };

export const ofRetry =
  (destinationId: string) =>
  (result: RetryResult): Facts | null =>
    result.kind === 'ok' ? { destination_id: destinationId, waiting: result.waiting } : null;

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
    result.kind === 'ok' ? { from, to, epoch, count: result.count } : null;

export const ofSettled =
  (request: Settlement) =>
  (result: SettleResult): Facts | null =>
    result.kind !== 'ok'
      ? null
      : { reading: request.how, sequence: request.how === 'new' ? request.sequence : null };

/** To be told by the log that was taken back: what the other one knew is gone. */
export const ofRecovery = (result: RecoveryResult): Facts | null =>
  result.kind === 'resumed' ? { last_sequence: result.lastSequence } : null;
