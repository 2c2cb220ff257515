/**
 * `webhook.update_status`. ShipStream's page contradicts itself: the signature takes a topic and a status, the
 * example only a status. Both work, and so does naming one webhook:
 *   [topic, status]                  every webhook with exactly these topics
 *   [{"topic": …, "status": …}]      the same
 *   [{"webhook_id": …, "status": …}] that one
 *   [{"status": …}]                  every one
 */
import { isObject } from '../../json/kind';
import { err, ok, type Result } from '../../result';
import { parseTopics } from '../../subscriptions/topics';
import type { WebhookRecord } from '../../subscriptions/webhook';
import { changeWebhook, findWebhook } from '../webhook-operations';
import { type RpcError, shipstreamError } from './errors';
import { isVisible, visibleWebhooks } from './webhooks';

type Target = { kind: 'all' } | { kind: 'topics'; topics: string[] } | { kind: 'one'; idText: string };
type Update = { target: Target; isActive: boolean };

const STATUS = new Map<unknown, boolean>([
  [0, false],
  [1, true],
  ['0', false],
  ['1', true],
]);

function parseUpdate(args: readonly unknown[]): Result<Update, string> {
  const [first, second] = args;
  const given = isObject(first) ? first : { topic: first, status: second };
  const isActive = STATUS.get(given.status);
  if (isActive === undefined) return err('The status must be 0 or 1.');
  if (Object.keys(given).some(field => !['topic', 'webhook_id', 'status'].includes(field))) {
    return err('Only topic, webhook_id and status can be given.');
  }
  if ('topic' in given && 'webhook_id' in given) return err('Give a topic or a webhook_id, not both.');
  if ('webhook_id' in given) {
    return ok({ target: { kind: 'one', idText: String(given.webhook_id) }, isActive });
  }
  if (!('topic' in given)) return ok({ target: { kind: 'all' }, isActive });
  const topics = typeof given.topic === 'string' ? parseTopics(given.topic) : null;
  if (topics === null || !topics.ok) return err('The topic is not a topic.');
  return ok({ target: { kind: 'topics', topics: topics.value }, isActive });
}

function sameTopics(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every(topic => other.includes(topic));
}

async function targetsOf(env: Env, target: Target, now: number): Promise<Result<WebhookRecord[], RpcError>> {
  if (target.kind === 'one') {
    const found = await findWebhook(env, target.idText);
    if (found.ok && isVisible(found.value)) return ok([found.value]);
    const isUnknown = found.ok || found.error.reason === 'not_found';
    return err(isUnknown ? shipstreamError(103) : shipstreamError(100, 'It cannot be reached now.'));
  }
  const visible = await visibleWebhooks(env, now);
  if (visible === null) return err(shipstreamError(100, 'The list of webhooks cannot be read now.'));
  if (target.kind === 'all') return ok(visible);
  const matching = visible.filter(record => sameTopics(record.topics, target.topics));
  return matching.length > 0
    ? ok(matching)
    : err(shipstreamError(100, 'No webhook has exactly these topics.'));
}

/** True when every webhook meant has the status; one that was deleted meanwhile needs none. */
export async function updateStatus(
  env: Env,
  args: readonly unknown[],
  now: number,
): Promise<Result<unknown, RpcError>> {
  const update = parseUpdate(args);
  if (!update.ok) return err(shipstreamError(100, update.error));
  const { target, isActive } = update.value;
  const targets = await targetsOf(env, target, now);
  if (!targets.ok) return targets;

  const changes = await Promise.all(
    targets.value.map(({ id }) =>
      changeWebhook(
        env,
        String(id),
        async current => ok({ record: { ...current, isActive }, extra: null }),
        now,
      ),
    ),
  );
  const failed = changes.some(change => !change.ok && change.error.reason !== 'not_found');
  return failed ? err(shipstreamError(100, 'Not all of them could be changed. Try again.')) : ok(true);
}
