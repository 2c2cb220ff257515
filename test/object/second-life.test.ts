/** A webhook that is deleted and made again under its old id sends nothing under an id that was there before. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { outgoingHeaders } from '../../src/delivery/outgoing-headers';
import { objectOf } from '../../src/log/stub';
import { Box } from '../support/in-worker';
import { ingest, newWebhook, orderCreated, SECRET, send } from '../support/rest';

it('has other ids in its second life, and the same on every attempt', async () => {
  const box = new Box();
  const name = `twice ${crypto.randomUUID()}`;
  const wish = {
    webhooks: [
      { name, provider: 'shipstream', secret_key: SECRET, destinations: [{ name: 'app', url: box.url }] },
    ],
  };
  const ids: number[] = [];
  for (const life of [1, 2, 3]) {
    expect((await send('PUT', '/v1/config', wish)).status).toBe(200);
    const { body } = await send('GET', '/v1/webhooks?limit=500');
    const made = Object.values(body.webhooks ?? {}).find(webhook => String(webhook.name) === name);
    const id = Number(made?.webhook_id);
    ids.push(id);
    for (const number of [1, 2]) await ingest(id, orderCreated(number));
    await box.whenKept(2 * life);
    if (life === 3) {
      await send('POST', `/v1/webhooks/${id}/events/1/replay`);
      await box.whenKept(2 * life + 1);
    }
    await send('DELETE', `/v1/webhooks/${id}`);
  }
  // The address is the same, so that the provider need not be told.
  expect(new Set(ids).size).toBe(1);
  const kept = (await box.kept()).map(({ headers }) => headers);
  const first = kept.slice(0, 6);
  expect(new Set(first.map(headers => `${headers['ce-source']} ${headers['ce-id']}`)).size).toBe(6);
  expect(new Set(first.map(headers => headers['webhook-id'])).size).toBe(6);
  expect(first.map(headers => headers['ce-sequence']).toSorted()).toEqual(['1', '1', '1', '2', '2', '2']);
  const again = kept[6];
  expect(first.slice(4).map(headers => headers['ce-id'])).toContain(again?.['ce-id']);
});

it('has no use for the cursors of its first life, also where its feed has passed them', async () => {
  const wish = { name: `again ${crypto.randomUUID()}`, provider: 'shipstream', secret_key: SECRET };
  const cursors: string[] = [];
  let path = '';
  for (const count of [2, 3]) {
    expect((await send('PUT', '/v1/config', { webhooks: [wish] })).status).toBe(200);
    const { body } = await send('GET', '/v1/webhooks?limit=500');
    const made = Object.values(body.webhooks ?? {}).find(webhook => String(webhook.name) === wish.name);
    path = `/v1/webhooks/${made?.webhook_id}`;
    for (let number = 1; number <= count; number++)
      await ingest(Number(made?.webhook_id), orderCreated(number));
    const page = await send('GET', `${path}/feed`);
    expect(page.body).toMatchObject({ cursor: expect.stringMatching(/^\d\.0\.[0-9a-f]{12}$/) });
    cursors.push(String(page.body.cursor));
    if (count === 2) await send('DELETE', path);
  }
  const [old = '', current = ''] = cursors;
  const refused = await send('GET', `${path}/feed?after=${old}&wait=20`);
  expect([refused.status, refused.body.type]).toEqual([400, 'urn:gapless:problem:other-life']);
  // What was given, and where to go on.
  expect(refused.body.detail).toContain(old);
  expect(refused.body.detail).toContain(`after=${current}`);
  expect((await send('GET', `${path}/feed?after=${current}`)).body).toMatchObject({
    ...{ events: [], next: null, cursor: current },
  });
  const [, , life] = current.split('.');
  expect((await send('GET', `${path}/feed?after=2.0.${life}`)).body).toMatchObject({
    events: [{ sequence: 3 }],
  });
  expect((await send('GET', `${path}/feed?after=now`)).body.cursor).toBe(current);
  // Beyond the end, the mark is right.
  expect((await send('GET', `${path}/feed?after=4.0.${life}`)).body.type).toBe(
    'urn:gapless:problem:beyond-end',
  );
  // As earlier releases wrote it: taken, and carried on with the mark.
  expect((await send('GET', `${path}/feed?after=2.0`)).body).toMatchObject({
    ...{ events: [{ sequence: 3 }], cursor: current },
  });
});

it('has no use for them where neither has an event', async () => {
  const wish = { name: `awaited ${crypto.randomUUID()}`, provider: 'shipstream', secret_key: SECRET };
  await send('PUT', '/v1/config', { webhooks: [wish] });
  const { body } = await send('GET', '/v1/webhooks?limit=500');
  const made = Object.values(body.webhooks ?? {}).find(webhook => String(webhook.name) === wish.name);
  const path = `/v1/webhooks/${made?.webhook_id}`;
  const { cursor } = (await send('GET', `${path}/feed`)).body;
  await send('DELETE', path);
  await send('PUT', '/v1/config', { webhooks: [wish] });
  // Where neither has an event, the end is the same, and the webhook is not.
  const refused = await send('GET', `${path}/feed?after=${cursor}`);
  expect(refused.body.type).toBe('urn:gapless:problem:other-life');
});

it('changes nothing for webhooks whose id comes once', async () => {
  const box = new Box();
  const { id } = await newWebhook({ destinations: [{ url: box.url }] });
  await ingest(id, orderCreated(1));
  const [kept] = await box.whenKept(1);
  expect(kept?.headers).toMatchObject({ 'ce-id': '1', 'ce-source': `/webhooks/${id}` });
  expect((await send('GET', `/v1/webhooks/${id}/feed`)).body.cursor).toBe('1.0');
  const foreign = await send('GET', `/v1/webhooks/${id}/feed?after=1.0.0a1b2c3d4e5f`);
  expect(foreign.body.type).toBe('urn:gapless:problem:other-life');
  expect(await objectOf(env, { id: id, jurisdiction: null }).getRecord()).toMatchObject({ life: null });
});

it('marks what OPERATIONS_URL gets, whose own id is that of every webhook', async () => {
  const target = {
    ...{ destinationId: 'operations', url: 'https://ops.example.com', extraHeaders: [], secrets: [] },
    ...{ sign: 'standard' as const, timeoutMs: 1000, webhookId: 5, connections: 1, inOrder: false },
  };
  const event = {
    ...{ messageId: 'msg_1_operations', sequence: 1, topic: 'gateway:gap_opened', receivedAt: 0 },
    ...{ incrementId: null, previous: 0, gap: null, late: false, attempt: 1, replay: false },
    ...{ headers: [], query: '', body: new Uint8Array() },
  };
  const idsOf = async (life?: string | null) => {
    const headers = await outgoingHeaders({ ...target, ...(life === undefined ? {} : { life }) }, event, 0);
    return [headers.get('webhook-id'), headers.get('ce-id')];
  };
  expect(await idsOf()).toEqual(['msg_1_operations', '1']);
  expect(await idsOf(null)).toEqual(['msg_1_operations', '1']);
  expect(await idsOf('0a1b2c')).toEqual(['msg_1_operations_0a1b2c', '1-0a1b2c']);
});
