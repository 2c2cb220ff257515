/** With `ordering: key`, one entity that fails holds up its own events and nobody else's, of whatever kind they are. */
import { expect, it } from 'vitest';
import { Box, call, TestWebhook } from '../support/in-worker';

const EVENTS: [string, object][] = [
  ['package:packed', { package_id: 22, status: 'packed' }],
  ['package:packed', { package_id: 23, status: 'packed' }],
  ['serial_number:created', { serial_id: 22, identifier: '1', sku: 'sku123' }],
  ['import:completed', { unique_id: 22 }],
  ['order:created', { unique_id: '22' }],
  ['delivery_label:created', { unique_id: '22' }],
  ['inventory:adjusted', { stock_adjustments: { '22': { sku: '22', qty_adjust: 1 }, b: { sku: 'b' } } }],
  ['package:shipped', { package_id: 22, status: 'shipped' }],
];

it('lets serial numbers, labels, imports and stock pass a package that fails', async () => {
  const box = new Box();
  await box.mode({ status: 500 });
  const { url } = box;
  const webhook = await TestWebhook.create([{ url, ordering: 'key', retry: { schedule_seconds: [3600] } }]);
  for (const [index, [topic, message]] of EVENTS.entries()) {
    const body = { topic, message: { ...message, webhook_increment_id: index + 1 } };
    expect((await webhook.post(JSON.stringify(body))).body.status).toBe('accepted');
  }
  // Every entity fails by itself, and only the second event of package 22 waits behind another.
  await expect.poll(async () => (await webhook.status()).retrying).toBe(EVENTS.length - 1);
  const { body } = await call<{ entity_keys: string[] }>('GET', `${webhook.path}/events/7`);
  expect(body.entity_keys).toEqual(['inventory:22', 'inventory:b']);
});
