/**
 * The overview of all webhooks, one entry each: what comes in, what is missing, what waits, and which destinations fail.
 * What `GET /v1/status` answers.
 */
import type { Clock } from '../clock';
import type { DestinationStatus } from '../log/contract/status';
import { err, ok, type Result } from '../result';
import type { Page } from '../subscriptions/listing';
import type { WebhookRecord } from '../subscriptions/webhook';
import { timeOrNull } from '../time';
import { nextText } from '../views/cursor';
import { storagePercent } from '../views/storage';
import type { Principal } from './principal';
import type { ApiError } from './problem';
import { askStatus, type CurrentReport, type NoReport, reportsOf } from './reports';
import { findWebhook, listPage } from './webhook-operations';

export type OverviewEntry = ReturnType<typeof entryView>;

/** A page of the overview, ascending by id: of every webhook that the principal may see. */
export async function overview(
  env: Env,
  { webhookId }: Principal,
  page: Page,
  clock: Clock,
): Promise<Result<{ webhooks: OverviewEntry[]; next: string | null }, ApiError>> {
  const listing =
    webhookId === null ? await listPage(env, page, clock.now()) : await onlyOne(env, webhookId, page);
  if (!listing.ok) return listing;
  const { records, next } = listing.value;
  const reported = await reportsOf(records, askStatus(env), clock);
  return ok({
    webhooks: reported.map(({ record, report }) => entryView(record, report)),
    next: nextText(next),
  });
}

async function onlyOne(
  env: Env,
  id: number,
  { after }: Page,
): Promise<Result<{ records: WebhookRecord[]; next: null }, ApiError>> {
  if (id <= after) return ok({ records: [], next: null });
  const record = await findWebhook(env, String(id));
  return record.ok ? ok({ records: [record.value], next: null }) : err(record.error);
}

/** @param report what its object said, or why it said nothing: then nothing is known but what the list has */
export function entryView(record: WebhookRecord, report: CurrentReport | NoReport) {
  if (typeof report === 'string') return { ...identity(record), left_out: report, ...UNKNOWN };
  const sum = (value: (destination: DestinationStatus) => number) =>
    report.destinations.reduce((total, destination) => total + value(destination), 0);
  return {
    ...identity({ id: record.id, ...report }),
    left_out: null,
    last_event_at: timeOrNull(report.lastEventAt),
    events_per_hour: report.eventsPerHour,
    // Not zero where it cannot be known.
    open_gaps: report.numbered ? report.openGaps : null,
    missing_ids: report.numbered ? report.missingIds : null,
    awaited_ids: report.numbered ? (report.awaitedIds ?? null) : null,
    uncertain_ids: report.numbered ? report.uncertainIds : null,
    waiting: sum(({ waiting }) => waiting.count),
    waiting_exact: report.destinations.every(({ waiting }) => waiting.exact),
    dead: sum(({ dead }) => dead),
    refused_last_day: report.refusedLastDay,
    destinations: report.destinations.length,
    paused: report.destinations.filter(isPaused).length,
    failing: report.destinations.filter(isFailing).map(failingView),
    storage_percent: storagePercent(report.storage),
    storage_refusing_since: timeOrNull(report.storage.refusingSince),
  };
}

const identity = ({
  id,
  name,
  provider,
  isActive,
}: Pick<WebhookRecord, 'id' | 'name' | 'provider' | 'isActive'>) => ({
  webhook_id: id,
  name,
  provider,
  is_active: isActive,
});

const UNKNOWN = {
  last_event_at: null,
  events_per_hour: null,
  open_gaps: null,
  missing_ids: null,
  awaited_ids: null,
  uncertain_ids: null,
  waiting: null,
  waiting_exact: null,
  dead: null,
  refused_last_day: null,
  destinations: null,
  paused: null,
  failing: null,
  storage_percent: null,
  storage_refusing_since: null,
};

/** Somebody turned it off, and not the gateway. */
const isPaused = ({ isActive, disabledReason }: DestinationStatus): boolean =>
  !isActive && disabledReason === null;

/** Its latest attempts failed, or the gateway turned it off. */
const isFailing = ({ isActive, failingSince, circuit, disabledReason }: DestinationStatus): boolean =>
  isActive ? failingSince !== null || circuit === 'open' : disabledReason !== null;

const failingView = (destination: DestinationStatus) => ({
  destination_id: destination.destinationId,
  name: destination.name,
  failing_since: timeOrNull(destination.failingSince),
  circuit: destination.circuit,
  next_attempt_at: timeOrNull(destination.nextAttemptAt),
  disabled_reason: destination.disabledReason,
});
