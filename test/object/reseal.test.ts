import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { objectOf } from '../../src/log/stub';
import { newWebhook, send } from '../support/rest';

/** A webhook whose inbound secret is sealed under a key that nobody has. */
async function unreadable(): Promise<number> {
  const { id } = await newWebhook();
  const record = await objectOf(env, { id: id, jurisdiction: null }).getRecord();
  if (record === null) throw new Error('no webhook');
  const sealed = 'v1.00000000.AAAAAAAAAAAAAAAA.AAAA' as (typeof record.secrets)[number]['sealed'];
  const secrets = record.secrets.map(secret => ({ ...secret, sealed }));
  await objectOf(env, { id: id, jurisdiction: null }).replace({ ...record, secrets }, record.version);
  return id;
}

afterEach(() => vi.restoreAllMocks());

describe('sealing anew', () => {
  it('goes on after a webhook whose secrets do not open, and names it', async () => {
    const broken = [await unreadable(), await unreadable()].sort((a, b) => a - b);
    const { status, body } = await send('POST', '/v1/reseal');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      next: null,
      failed: broken.map(webhook_id => ({ webhook_id, reason: 'unreadable_secret' })),
    });
  });

  it('goes through more than 10,000 webhooks by the list’s own cursor', async () => {
    const { id } = await newWebhook();
    const names = Array.from({ length: 10_300 }, (_, index) => ({ name: `webhook:${index + 1}` }));
    names.push({ name: `webhook:${id}` });
    vi.spyOn(Object.getPrototypeOf(env.SUBSCRIPTIONS) as KVNamespace, 'list').mockImplementation((async ({
      cursor,
      limit = 1000,
    }: KVNamespaceListOptions) => {
      const start = Number(cursor ?? 0);
      const end = start + limit;
      const page = { keys: names.slice(start, end), cacheStatus: null };
      return end < names.length
        ? { ...page, list_complete: false, cursor: `${end}` }
        : { ...page, list_complete: true };
    }) as never);
    // None of the others is there, which its object says.
    const real = env.WEBHOOKS.getByName;
    const prototype = Object.getPrototypeOf(env.WEBHOOKS) as DurableObjectNamespace;
    vi.spyOn(prototype, 'getByName').mockImplementation(function byName(
      this: DurableObjectNamespace,
      name: string,
    ) {
      return name === String(id) ? real.call(this, name) : { getRecord: async () => null };
    } as never);
    let [after, checked, calls] = ['', 0, 0];
    do {
      const { body } = await send('POST', `/v1/reseal?limit=200${after}`);
      expect(body).toMatchObject({ count: 0, failed: [] });
      checked += Number(body.checked);
      after = body.next === null ? '' : `&after=${body.next}`;
      calls++;
    } while (after !== '');
    expect([checked, calls]).toEqual([1, 52]);
  });

  it('only says which key is current where it is asked for no webhook', async () => {
    const { body } = await send('POST', '/v1/reseal?limit=0');
    expect(body).toEqual({ count: 0, checked: 0, next: null, key_id: expect.any(String), failed: [] });
  });
});
