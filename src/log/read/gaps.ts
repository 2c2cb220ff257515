/** The gap list as the API shows it: the entries, with the events beside each gap. */
import type { Resolution } from '../../numbering/close-gap';
import { highestGiven } from '../../numbering/epoch';
import { epochsOf, withShadowOf } from '../../numbering/epochs';
import { holeIndexOf } from '../../numbering/holes';
import { providerOf } from '../../providers/registry';
import type { WebhookRecord } from '../../subscriptions/webhook';
import type { Gap, GapSide, GapStatus, GapsReport, ResolveResult } from '../contract/gaps';
import type { GapKey } from '../store/changed-gaps';
import type { GapRow } from '../store/gap-rows';
import type { Views } from './views';

type LogView = Pick<Views, 'webhook' | 'log'>;

/** Whether gaps are known at all: the provider numbers its events, and the webhook has not turned that off. */
export function isNumbered(webhook: WebhookRecord): boolean {
  return webhook.sequence.enabled && (providerOf(webhook)?.numbered ?? false);
}

/** All gaps, or those of one status. */
export function readGaps({ webhook, log }: LogView, status: GapStatus | null): GapsReport {
  if (!isNumbered(webhook)) return { numbered: false };
  const epoch = log.state.tracker.current;
  const horizon = providerOf(webhook)?.retryHorizonSeconds ?? null;
  return {
    numbered: true,
    epoch: epoch?.number ?? null,
    highestIncrementId: epoch === null ? null : highestGiven(epoch),
    awaitedIds: awaitedIds(log),
    gaps: log.tables.gaps.list(status).map(row => gapOf(log, row, horizon)),
  };
}

/** How many ids are not here, and not long enough to be missing. Reads nothing. */
export const awaitedIds = ({ state }: LogView['log']): number =>
  epochsOf(state.tracker)
    .flatMap(({ holes }) => holes)
    .reduce((sum, { status, missing }) => (status === 'young' ? sum + missing : sum), 0);

/** The entries that came of closing a range by hand. */
export function closedGaps(
  { webhook, log }: LogView,
  { epoch, resolved }: Extract<Resolution, { kind: 'ok' }>,
): Extract<ResolveResult, { kind: 'ok' }> {
  const horizon = providerOf(webhook)?.retryHorizonSeconds ?? null;
  const closed = resolved.flatMap(({ parts }) => parts.filter(part => part.status === 'resolved'));
  const starts = new Set(closed.map(({ from }) => from));
  const rows = log.tables.gaps.list('resolved').filter(row => row.epoch === epoch && starts.has(row.from_id));
  const count = closed.reduce((sum, { missing }) => sum + missing, 0);
  return { kind: 'ok', count, gaps: rows.map(row => gapOf(log, row, horizon)) };
}

/** What changed in the list since it was last asked; null for nothing. An entry that is no more is in `removed`. */
export function changedGaps({
  webhook,
  log,
}: LogView): { gaps: Gap[]; removed: GapKey[]; complete: boolean } | null {
  const { gaps: table } = log.tables;
  if (table.changed.isEmpty) return null;
  const { keys, complete } = table.changed.take();
  const horizon = providerOf(webhook)?.retryHorizonSeconds ?? null;
  const found = keys.map(key => ({ key, row: table.find(key) }));
  return {
    gaps: found.flatMap(({ row }) => (row === null ? [] : gapOf(log, row, horizon))),
    removed: found.flatMap(({ key, row }) => (row === null ? key : [])),
    complete,
  };
}

function gapOf(log: Views['log'], row: GapRow, horizonSeconds: number | null): Gap {
  return {
    epoch: row.epoch,
    from: row.from_id,
    to: row.to_id,
    count: row.missing,
    onRecord: isOnRecord(log, row),
    status: row.status,
    detectedAt: row.detected_at,
    resolvedAt: row.resolved_at,
    before: sideOf(log, row.epoch, row.from_id - 1, -1),
    after: sideOf(log, row.epoch, row.to_id + 1, 1),
    retryUntil: horizonSeconds === null ? null : row.detected_at + horizonSeconds * 1000,
    note: row.note,
  };
}

function isOnRecord({ state }: Views['log'], { epoch, from_id, to_id }: GapRow): boolean {
  const { tracker } = state;
  const open = withShadowOf(tracker).find(({ number }) => number === epoch)?.shared;
  const closed = tracker.closedEpochs.find(({ number }) => number === epoch)?.uncertain;
  const listed = (open ?? closed)?.listed;
  return listed?.from === from_id && listed.to === to_id;
}

/**
 * The received id beside a gap, or null when nothing is on record for it. Where another gap follows at once, it is the
 * id beyond that one. @param next the id right beside the gap @param step -1 below the gap, 1 above it
 */
function sideOf(log: Views['log'], epochNumber: number, next: number, step: -1 | 1): GapSide | null {
  const epoch = epochsOf(log.state.tracker).find(({ number }) => number === epochNumber);
  const neighbour = epoch?.holes[holeIndexOf(epoch.holes, next)];
  const incrementId = neighbour === undefined ? next : step < 0 ? neighbour.from - 1 : neighbour.to + 1;
  const known = log.tables.known.lookup(epochNumber, incrementId);
  if (known === null || known === 'forgotten') return null;
  // An ignored id was received, but has no event.
  const event = known.kind === 'ignored' ? null : log.feed.event(known.sequence);
  return {
    incrementId,
    sequence: known.kind === 'ignored' ? null : known.sequence,
    receivedAt: event?.receivedAt ?? null,
  };
}
