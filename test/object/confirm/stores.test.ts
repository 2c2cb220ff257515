/** An Ecwid app has a token for each store: every event is confirmed with that of its own, and what has none waits. */
import { exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { Box, call } from '../../support/in-worker';
import { newWebhook, ORIGIN, send } from '../../support/rest';

const SECRET = 'client-secret';
const MASK = '********';

async function webhook(confirm: object, destinations: object[] = []) {
  return newWebhook({ provider: 'ecwid', secret_key: SECRET, confirm, destinations });
}

/** Sends an event as Ecwid signs it. */
async function post(id: number, event: { eventId: string; eventType: string; storeId: number }) {
  const body = { eventCreated: 1_769_429_915, entityId: 7, ...event };
  const hash = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(SECRET), hash, false, ['sign']);
  const signed = new TextEncoder().encode(`${body.eventCreated}.${body.eventId}`);
  const signature = new Uint8Array(await crypto.subtle.sign('HMAC', key, signed)).toBase64();
  const request = new Request(`${ORIGIN}/in/${id}`, {
    method: 'POST',
    headers: { 'x-ecwid-webhook-signature': signature },
    body: JSON.stringify(body),
  });
  const response = await exports.default.fetch(request);
  expect(await response.json()).toMatchObject({ status: 'accepted' });
}

type Detail = { status: string; verdict: { issues: { message: string }[] } };
const detail = async (path: string, sequence: number) =>
  (await call<Detail>('GET', `${path}/events/${sequence}`)).body;

const askedWith = async (api: Box) =>
  (await api.kept()).map(({ target, headers }) => [target.split('/').at(-3), headers.authorization]).sort();

describe('tokens by store', () => {
  it('are used for their stores, and the one beside them for all others', async () => {
    const api = new Box();
    const tokens = { '1003': 'token-three', '1004': 'token-four' };
    const { id } = await webhook({ url: api.url, token: 'token-all', tokens });
    for (const storeId of [1003, 1004, 1005]) {
      await post(id, { eventId: `e-${storeId}`, eventType: 'product.updated', storeId });
    }
    await api.whenKept(3);
    expect(await askedWith(api)).toEqual([
      ['1003', 'Bearer token-three'],
      ['1004', 'Bearer token-four'],
      ['1005', 'Bearer token-all'],
    ]);
  });

  it('are masked in answers and exports, kept where they are masked, and changed one by one', async () => {
    const tokens = { '1003': 'token-three', '1004': 'token-four' };
    const url = 'https://app.ecwid.com/api/v3';
    const name = `shop ${crypto.randomUUID()}`;
    const { path, body } = await newWebhook({
      ...{ name, provider: 'ecwid', secret_key: SECRET, confirm: { url, token: 'token-all', tokens } },
    });
    const masked = { url, tokens: { '1003': MASK, '1004': MASK } };
    expect(body.confirm).toEqual(masked);
    const patched = await send('PATCH', path, {
      confirm: { tokens: { '1004': null, '1005': 'token-five' } },
    });
    expect(patched.body.confirm).toEqual({ url, tokens: { '1003': MASK, '1005': MASK } });
    expect(patched.text).not.toContain('token-');

    const exported = await send('GET', '/v1/config');
    expect(exported.text).not.toContain('token-');
    expect((await send('PUT', '/v1/config?dry_run=1', exported.body)).body.changes).toEqual([]);
    const wish = (given: object) => ({
      webhooks: [{ name, provider: 'ecwid', confirm: { url, tokens: given } }],
    });
    const put = async (given: object) => (await send('PUT', '/v1/config', wish(given))).body.changes;
    expect(await put({ '1003': 'token-three', '1005': 'token-five' })).toEqual([]);
    expect(await put({ '1003': MASK, '1005': 'token-new' })).toMatchObject([
      { fields: { 'confirm.tokens.1005': 'changed' } },
    ]);
    expect(await put({ '1003': MASK })).toMatchObject([
      { fields: { confirm: { from: { tokens: { '1005': MASK } }, to: { tokens: { '1003': MASK } } } } },
    ]);
  });

  it('hold the events of a store without one, say so, and let them go once there is one', async () => {
    const api = new Box();
    const { id, path } = await webhook({ url: api.url, tokens: { '1003': 'token-three' } });
    await post(id, { eventId: 'e-1', eventType: 'product.updated', storeId: 1005 });
    const message = "there is no confirm token for the event's store";
    await expect.poll(async () => (await detail(path, 1)).verdict.issues).toMatchObject([{ message }]);
    expect(await detail(path, 1)).toMatchObject({ status: 'confirming' });
    expect(await api.kept()).toEqual([]);
    await send('PATCH', path, { confirm: { tokens: { '1005': 'token-five' } } });
    await api.whenKept(1);
    expect(await askedWith(api)).toEqual([['1005', 'Bearer token-five']]);
  });
});

it.each(['application.uninstalled', 'application.subscriptionStatusChanged', 'invoice.created'])(
  'forwards %s without asking: there is nothing to fetch',
  async eventType => {
    const api = new Box();
    const receiver = new Box();
    const confirm = { url: api.url, tokens: { '1003': 'token-three' } };
    const { id, path } = await webhook(confirm, [{ url: receiver.url }]);
    await post(id, { eventId: 'e-1', eventType, storeId: 1004 });
    await receiver.whenKept(1);
    expect(await detail(path, 1)).toMatchObject({ status: 'accepted', verdict: { body_signed: false } });
    expect(await api.kept()).toEqual([]);
    // What has a name that is not known here still has to be confirmed.
    await post(id, { eventId: 'e-2', eventType: 'payout.created', storeId: 1003 });
    await expect.poll(async () => (await detail(path, 2)).status).toBe('quarantined');
  },
);
