/** Where a listener begins, and whether too much waits there. */
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';

/**
 * The cursor to begin after; null for now.
 * @param since `last-ack`, a sequence, or a time as the API takes it
 * @param kept where it was; null the first time
 */
export async function beginning(
  gateway: Gateway,
  webhookId: number,
  since: string | undefined,
  kept: string | null,
): Promise<string | null> {
  if (since === undefined || since === 'last-ack') return kept;
  if (/^\d+$/.test(since)) return String(Math.max(0, Number(since) - 1));
  const path = { webhook_id: webhookId };
  // Asked first: what comes while the other answer is on its way stands after it.
  const { cursor } = await gateway.call('get', '/v1/webhooks/{webhook_id}/feed', {
    path,
    query: { after: 'now', limit: 1 },
  });
  const { events } = await gateway.call('get', '/v1/webhooks/{webhook_id}/events', {
    path,
    query: { since, limit: 1 },
  });
  const [first] = events;
  return first === undefined ? cursor : String(first.sequence - 1);
}

/** Ends the command where more events wait than it may have. Those of replays are not counted. */
export async function refuseBacklog(
  gateway: Gateway,
  { name, webhookId, topic }: { name: string; webhookId: number; topic: string | undefined },
  cursor: string,
  most: number,
): Promise<void> {
  let after: string | null = cursor;
  let waiting = 0;
  while (after !== null && waiting <= most) {
    const page: Schemas['Feed'] = await gateway.call('get', '/v1/webhooks/{webhook_id}/feed', {
      path: { webhook_id: webhookId },
      query: { after, limit: 500, ...(topic === undefined ? {} : { topic }) },
    });
    waiting += page.events.length;
    after = page.next;
  }
  if (waiting <= most) return;
  const many = `${waiting}${after === null ? '' : ' or more'}`;
  throw new Stop(
    EXIT.failed,
    `${name}: ${many} events wait, more than --max-backlog ${most}. Give a later --since, or a larger number.`,
  );
}
