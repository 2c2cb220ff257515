/**
 * What is deleted is gone: one event's body on request, everything of a webhook with the webhook.
 */
import { beforeAll, expect, inject, it } from 'vitest';
import { type Client, clientOf, shipstreamEvent } from '../support/client';
import type { SharedGateway } from '../support/shared-gateway';

let gateway: SharedGateway;
let client: Client;

beforeAll(async () => {
  gateway = inject('gateway');
  client = clientOf(gateway);
});

it("removes one event's body for good, and still knows a duplicate of it", async () => {
  const { webhook_id: id } = await client.shipstream(null);
  const body = shipstreamEvent(1, { email: 'john.doe@example.com' });
  await client.sendShipstream(id, body);
  expect((await client.call('DELETE', `/v1/webhooks/${id}/events/1/body`)).status).toBe(204);
  const detail = await client.call('GET', `/v1/webhooks/${id}/events/1`);
  expect(detail.status).toBe(200);
  expect(detail.json.body).toBeNull();
  expect(detail.text).not.toContain(Buffer.from('john.doe').toString('base64').slice(0, 8));
  expect(detail.text).not.toContain('john.doe');
  expect((await client.call('POST', `/v1/webhooks/${id}/events/1/replay`, {})).status).toBe(409);
  expect((await client.sendShipstream(id, body)).json).toMatchObject({ status: 'duplicate', sequence: 1 });
});

it('removes everything of a webhook with the webhook', async () => {
  const { webhook_id: id } = await client.shipstream(null);
  await client.sendShipstream(id, shipstreamEvent(1));
  expect((await client.call('DELETE', `/v1/webhooks/${id}`)).status).toBe(204);
  for (const path of ['', '/events', '/events/1', '/gaps', '/status']) {
    expect((await client.call('GET', `/v1/webhooks/${id}${path}`)).status, path).toBe(404);
  }
  expect((await client.call('DELETE', `/v1/webhooks/${id}`)).status).toBe(404);
  const { webhooks } = await client.get<{ webhooks: { webhook_id: number }[] }>(
    `/v1/webhooks?limit=1&after=${id - 1}`,
  );
  expect(webhooks.map(({ webhook_id }) => webhook_id)).not.toContain(id);
});
