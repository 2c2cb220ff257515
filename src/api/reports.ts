/**
 * What many webhooks say of themselves: each webhook's object is asked once, within a fixed time (`ask-all.ts`). It answers out of
 * memory and a few rows. One that does not answer is named, and never taken for one with nothing to say.
 *
 * At most 900 at a time: with the operations of KV that list them, they stay within the 1,000 calls that every plan with
 * objects allows.
 */
import type { Clock } from '../clock';
import type { StatusReport } from '../log/contract/status';
import { objectOf } from '../log/stub';
import type { Result } from '../result';
import type { WebhookRecord } from '../subscriptions/webhook';
import { ask } from './ask';
import { askAll, type LeftOut } from './ask-all';

export const MAX_REPORTS = 900;

/** Why there is no report. `earlier_release`: for a minute after a deploy, the object still runs the release before. */
export type NoReport = LeftOut | 'earlier_release';
/** A report of an object that runs this release. */
export type CurrentReport = StatusReport & Required<Pick<StatusReport, 'eventsPerHour'>>;
/** The record as the list has it, and what the webhook's object says. */
export type Reported = { record: WebhookRecord; report: CurrentReport | NoReport };

/** How one webhook's object is asked: null where the webhook is gone. Must not reject. */
export type AskOne = (record: WebhookRecord) => Promise<Result<StatusReport | null, unknown>>;

export const askStatus =
  (env: Env): AskOne =>
  record =>
    ask(() => objectOf(env, record).status(), { webhook_id: record.id });

export const isCurrent = (report: StatusReport): report is CurrentReport =>
  report.eventsPerHour !== undefined;

/** The reports in the order of the records. A webhook that was deleted meanwhile is left out. */
export async function reportsOf(
  records: readonly WebhookRecord[],
  askOne: AskOne,
  clock: Clock,
): Promise<Reported[]> {
  const asked = await askAll(
    records,
    async record => {
      const status = await askOne(record);
      return status.ok ? (status.value ?? 'gone') : null;
    },
    clock,
  );
  return asked.flatMap(({ item: record, answer }): Reported[] => {
    if (answer === 'gone') return [];
    if (typeof answer === 'string') return [{ record, report: answer }];
    return [{ record, report: isCurrent(answer) ? answer : 'earlier_release' }];
  });
}
