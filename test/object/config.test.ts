/** Configuration as code, and metrics, over the running gateway. */
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { prometheusText } from '../../src/api/metrics/prometheus-text';
import { eventually } from '../support/eventually';
import { ingest, nameAsBefore, newWebhook, orderCreated, SECRET, send } from '../support/rest';

const url = 'https://app.example.com/hooks';

const put = (document: unknown, query = '') => send('PUT', `/v1/config${query}`, document);
const changesOf = async (document: unknown, query = '') => {
  const answer = await put(document, query);
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  return Object.values(answer.body.changes ?? {});
};

/** Each test has the gateway for itself. */
beforeEach(async () => {
  const { body } = await send('GET', '/v1/webhooks?limit=500');
  for (const webhook of Object.values(body.webhooks ?? {})) {
    await send('DELETE', `/v1/webhooks/${webhook.webhook_id}`);
  }
});

const wish = {
  webhooks: [
    {
      ...{ name: 'orders', provider: 'shipstream', secret_key: SECRET, topics: 'order:*' },
      destinations: [{ name: 'app', url, ordering: 'key' }],
    },
    { name: 'shop', provider: 'ecwid', secret_key: 'client-secret' },
  ],
};

describe('the configuration', () => {
  it('is made, and applying it twice changes nothing', async () => {
    const planned = await changesOf(wish, '?dry_run=1');
    expect(planned).toEqual([
      { action: 'create', kind: 'webhook', name: 'orders' },
      { action: 'create', kind: 'destination', name: 'app', webhook: 'orders' },
      { action: 'create', kind: 'webhook', name: 'shop' },
    ]);
    expect((await send('GET', '/v1/config')).body).toEqual({ webhooks: [] });
    const made = await changesOf(wish);
    expect(made).toMatchObject(planned);
    expect(made[1]).toMatchObject({ secret_key: expect.stringMatching(/^whsec_/) });
    expect(await changesOf(wish)).toEqual([]);
    expect(await changesOf(wish, '?prune=1')).toEqual([]);
  });

  it('judges a secret by the webhook’s own scheme', async () => {
    const signature = {
      alg: 'hmac-sha256',
      key: { enc: 'hex' },
      enc: 'hex',
      sig: [{ h: 'x-s' }],
      msg: ['{body}'],
    };
    const custom = (secret_key: string) => ({
      webhooks: [{ name: 'own', provider: 'custom', signature, secret_key }],
    });
    await changesOf(custom('abcd'));
    expect(await changesOf(custom('abcd'))).toEqual([]);
    const refused = await put(custom('not hex'));
    expect(refused.body.errors).toMatchObject([{ path: '/webhooks/0/secret_key' }]);
    expect(await changesOf(custom('abce'))).toMatchObject([{ fields: { secret_key: 'changed' } }]);
  });

  it('is exported without secrets, and what is exported changes nothing', async () => {
    await changesOf(wish);
    const exported = await send('GET', '/v1/config');
    const withoutSetting = exported.text.replaceAll('"restarts_with_secret"', '');
    expect(withoutSetting).not.toMatch(/secret|whsec_|webhook_id|created_at/);
    expect(exported.text).not.toContain(SECRET);
    expect(await changesOf(exported.body, '?dry_run=1')).toEqual([]);
    await newWebhook();
    const unnamed = await send('GET', '/v1/config');
    expect(await changesOf(unnamed.body, '?dry_run=1&prune=1')).toEqual([]);
  });

  it('changes what differs, and shows it; secrets only when they are given and differ', async () => {
    await changesOf(wish);
    const [orders, shop] = wish.webhooks;
    const changed = {
      webhooks: [
        {
          ...{ ...orders, secret_key: 'another', topics: '*', retention_days: 9 },
          destinations: [
            { name: 'app', url: `${url}/2` },
            { name: 'copy', url },
          ],
        },
        shop,
      ],
    };
    const expected = [
      {
        ...{ action: 'update', kind: 'webhook', name: 'orders' },
        fields: {
          topics: { from: 'order:*', to: '*' },
          retention_days: { from: 7, to: 9 },
          secret_key: 'changed',
        },
      },
      {
        ...{ action: 'update', kind: 'destination', name: 'app', webhook: 'orders' },
        fields: { url: { from: url, to: `${url}/2` }, ordering: { from: 'key', to: 'parallel' } },
      },
      { action: 'create', kind: 'destination', name: 'copy', webhook: 'orders' },
    ];
    const planned = await put(changed, '?dry_run=1');
    expect(planned.body.changes).toEqual(expected);
    expect(planned.text).not.toContain('another');
    expect(await changesOf(changed)).toMatchObject(expected);
    expect(await changesOf(changed)).toEqual([]);
    // Without secrets they stay as they are.
    const { secret_key: _, ...without } = changed.webhooks[0] ?? {};
    expect(await changesOf({ webhooks: [without, shop] })).toEqual([]);
  });

  it('removes what is not listed only when it is asked to', async () => {
    await changesOf(wish);
    const less = { webhooks: [{ ...wish.webhooks[0], destinations: [] }] };
    expect(await changesOf(less)).toEqual([]);
    expect(await changesOf(less, '?prune=1')).toEqual([
      { action: 'delete', kind: 'destination', name: 'app', webhook: 'orders' },
      { action: 'delete', kind: 'webhook', name: 'shop' },
    ]);
    expect(Object.values((await send('GET', '/v1/config')).body.webhooks ?? {})).toHaveLength(1);
  });

  it('keeps a confirmation token that is left out, and knows the one it has', async () => {
    const confirm = { url: 'https://api.example.com', token: 'secret_token' };
    const shop = { name: 'shop', provider: 'ecwid', secret_key: 'client-secret', confirm };
    await changesOf({ webhooks: [shop] });
    expect(await changesOf({ webhooks: [shop] })).toEqual([]);
    const without = { ...shop, confirm: { url: confirm.url } };
    expect(await changesOf({ webhooks: [without] })).toEqual([]);
    const moved = { ...confirm, url: 'https://other.example.com' };
    expect((await put({ webhooks: [{ ...shop, confirm: { url: moved.url } }] })).status).toBe(422);
    await changesOf({ webhooks: [{ ...shop, confirm: moved }] });
    expect(await changesOf({ webhooks: [{ ...shop, confirm: moved }] })).toEqual([]);
    expect(
      await changesOf({ webhooks: [{ ...shop, confirm: { ...confirm, token: 'other' } }] }),
    ).toMatchObject([{ fields: { 'confirm.token': 'changed' } }]);
  });

  it.each([
    [{}, '/webhooks'],
    [{ webhooks: [{ provider: 'shipstream' }] }, '/webhooks/0/name'],
    [{ webhooks: [{ name: 'a', provider: 'shipstream' }] }, '/webhooks/0/secret_key'],
    [{ webhooks: [...wish.webhooks, wish.webhooks[0]] }, '/webhooks/2/name'],
    [{ webhooks: [{ webhook_id: 5, provider: 'shipstream' }] }, '/webhooks/0/webhook_id'],
    [{ webhooks: [], more: 1 }, '/more'],
  ])('refuses %j and changes nothing', async (document, path) => {
    const answer = await put(document);
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toMatchObject([{ path }]);
    expect((await send('GET', '/v1/config')).body).toEqual({ webhooks: [] });
  });

  it('makes one webhook of a name, however many ask for it at once, and whatever the list shows', async () => {
    const all = await Promise.all([put(wish), put(wish), put(wish)]);
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    const { body } = await send('GET', '/v1/webhooks');
    expect(
      Object.values(body.webhooks ?? {})
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['orders', 'shop']);
    // A list that does not show it yet.
    const listing = vi.spyOn(env.SUBSCRIPTIONS, 'list');
    expect(await changesOf(wish)).toEqual([]);
    listing.mockRestore();
    const before = Object.values(body.webhooks ?? {}).find(
      ({ name }) => String(name) === 'orders',
    )?.webhook_id;
    await changesOf({ webhooks: [] }, '?prune=1');
    await changesOf(wish);
    const again = Object.values((await send('GET', '/v1/webhooks')).body.webhooks ?? {});
    expect(again.find(({ name }) => String(name) === 'orders')?.webhook_id).toBe(before);
    expect((await ingest(Number(before), orderCreated(1))).body).toMatchObject({ status: 'accepted' });
  });

  it('puts a scheme in the place of the one before, and judges the whole and not the way there', async () => {
    const scheme = { alg: 'hmac-sha256', enc: 'hex', sig: [{ h: 'x-s' }], msg: ['{ts}{body}'] };
    const timed = { ...scheme, ts: { from: 'h:x-t', fmt: 's', tol: 300 }, type: ['h:x-topic'] };
    const of = (signature: object) => ({
      webhooks: [{ name: 'own', provider: 'custom', secret_key: 's', signature }],
    });
    const plain = { ...scheme, msg: ['{body}'] };
    await changesOf(of(timed));
    await changesOf(of(plain));
    const [{ signature } = {}] = Object.values((await send('GET', '/v1/config')).body.webhooks ?? {});
    expect(signature).not.toHaveProperty('ts');
    expect(signature).toMatchObject({ type: [] });
    await changesOf(of(timed));

    const short = { schedule_seconds: [5] };
    const kept = (retention_days: number, destination: object) => ({
      webhooks: [
        { ...wish.webhooks[0], retention_days, destinations: [{ name: 'app', url, ...destination }] },
      ],
    });
    await changesOf(kept(7, {}));
    expect(await changesOf(kept(1, { retry: short }))).toHaveLength(2);
    expect(await changesOf(kept(7, {}))).toHaveLength(2);
    const refused = await put(kept(1, {}));
    expect(refused.body.errors).toMatchObject([{ path: '/webhooks/0/retention_days' }]);
  });

  it('can be exported and applied whatever names there are', async () => {
    await newWebhook({
      name: 'twin',
      destinations: [
        { url, topics: 'order:*' },
        { url, topics: 'product:*' },
      ],
    });
    const { id } = await newWebhook();
    await nameAsBefore(id, 'twin');
    const nameless = await newWebhook();
    await nameAsBefore((await newWebhook()).id, String(nameless.id));
    const exported = (await send('GET', '/v1/config')).body;
    expect(await changesOf(exported, '?prune=1')).toEqual([]);
    expect((await put({ webhooks: [{ name: 'twin', provider: 'shipstream' }] })).status).toBe(409);
    const renamed = { webhooks: [{ webhook_id: id, name: 'other', provider: 'shipstream' }] };
    expect(await changesOf(renamed)).toMatchObject([{ fields: { name: { from: 'twin', to: 'other' } } }]);
    const twice = { webhooks: [...renamed.webhooks, { name: 'other', provider: 'shipstream' }] };
    expect((await put(twice)).status).toBe(422);
  });

  it.each(['topics', 'is_active', 'sequence', 'settings', 'destinations', 'silence_seconds', 'on_invalid'])(
    'takes null for the default of %s, of a new webhook and of one that is there',
    async field => {
      const document = { webhooks: [{ ...wish.webhooks[1], [field]: null }] };
      await changesOf(document);
      expect(await changesOf(document)).toEqual([]);
    },
  );

  it('shows no credentials, and keeps those that come back masked', async () => {
    const destination = {
      url,
      extra_headers: { Authorization: 'Bearer hidden', 'X-Env': 'prod', 'X-Api-Key': 'hidden' },
    };
    const meta = {
      ...{ name: 'meta', provider: 'meta', secret_key: 's', settings: { verify_token: 'hidden' } },
      destinations: [destination, { name: 'lines', url, extra_headers: 'X-Env: prod\nCookie: hidden' }],
    };
    await changesOf({ webhooks: [meta] });
    const exported = await send('GET', '/v1/config');
    expect(exported.text).not.toContain('hidden');
    expect(exported.body.webhooks?.[0]).toMatchObject({
      settings: { verify_token: '********' },
      destinations: [
        { extra_headers: { Authorization: '********', 'X-Env': 'prod', 'X-Api-Key': '********' } },
        { extra_headers: 'X-Env: prod\nCookie: ********' },
      ],
    });
    expect(await changesOf(exported.body)).toEqual([]);
    const listed = await send('GET', '/v1/webhooks');
    expect(listed.text).not.toContain('hidden');
    const id = Number(listed.body.webhooks?.[0]?.webhook_id);
    const stored = await env.WEBHOOKS.getByName(String(id)).getRecord();
    expect(stored?.settings).toEqual({ verify_token: 'hidden' });
    expect(stored?.destinations[0]?.extraHeaders).toContainEqual(['Authorization', 'Bearer hidden']);

    const patched = await send('PATCH', `/v1/webhooks/${id}`, {
      settings: { verify_token: '********', public_url: url },
    });
    expect(patched.body.settings).toEqual({ verify_token: '********', public_url: url });
    const { destination_id } = listed.body.webhooks?.[0]?.destinations?.[0] ?? {};
    const at = `/v1/webhooks/${id}/destinations/${destination_id}`;
    expect((await send('PATCH', at, { extra_headers: { Authorization: '********' } })).status).toBe(200);
    expect((await send('PATCH', at, { extra_headers: { 'X-Token': '********' } })).body.errors).toMatchObject(
      [{ path: '/extra_headers', message: expect.stringContaining('X-Token') }],
    );
    const changed = { webhooks: [{ ...meta, settings: { verify_token: 'other', public_url: url } }] };
    const [change] = await changesOf(changed, '?dry_run=1');
    expect(change).toMatchObject({ fields: { settings: 'changed' } });
    // Elsewhere there is nothing that a mask could stand for.
    await changesOf({ webhooks: [] }, '?prune=1');
    const elsewhere = { webhooks: [{ ...exported.body.webhooks?.[0], secret_key: 's' }] };
    expect((await put(elsewhere)).status).toBe(422);
  });

  it('names the field of an existing webhook that is wrong', async () => {
    await changesOf(wish);
    const wrong = {
      webhooks: [{ ...wish.webhooks[0], destinations: [{ name: 'app', url, max_in_flight: 0 }] }],
    };
    expect((await put(wrong)).body.errors).toMatchObject([
      { path: '/webhooks/0/destinations/0/max_in_flight' },
    ]);
    const other = { webhooks: [{ ...wish.webhooks[0], provider: 'ecwid' }] };
    expect((await put(other)).body.errors).toMatchObject([{ path: '/webhooks/0/provider' }]);
  });
});

describe('metrics', () => {
  it('show what happened to each webhook', async () => {
    const { id } = await newWebhook({
      ...{ name: 'a "b"', sequence: { grace_seconds: 0 } },
      destinations: [{ url, is_active: 0 }],
    });
    for (const number of [1, 1, 4]) await ingest(id, orderCreated(number));
    await ingest(id, orderCreated(2), 'wrong');
    await eventually(async () => {
      const { body } = await send('GET', `/v1/webhooks/${id}/status`);
      expect(body).toMatchObject({ open_gaps: 1, rejected: { mismatch: 1 } });
    });
    const { text, headers } = await send('GET', '/metrics');
    expect(headers.get('Content-Type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const labels = `webhook_id="${id}",webhook="a \\"b\\""`;
    for (const line of [
      'gapless_webhooks 1',
      `gapless_events_accepted_total{${labels}} 2`,
      `gapless_events_duplicate_total{${labels}} 1`,
      `gapless_requests_rejected_total{${labels},reason="mismatch"} 1`,
      `gapless_gaps_open{${labels}} 1`,
      `gapless_ids_missing{${labels}} 2`,
      'gapless_scrape_next 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
    expect(text).toMatch(
      /^gapless_oldest_undelivered_seconds\{.*destination_id="dst_\w+",destination=""\} [\d.]+$/m,
    );
    expect(text).toMatch(/^# TYPE gapless_events_accepted_total counter$/m);
    expect((await send('GET', '/metrics', undefined, { Authorization: 'Bearer wrong' })).status).toBe(401);
  });

  it('can be scraped in parts', async () => {
    await Promise.all([newWebhook(), newWebhook(), newWebhook()]);
    const first = await send('GET', '/metrics?limit=2');
    const next = /^gapless_scrape_next (\d+)$/m.exec(first.text)?.[1];
    const second = await send('GET', `/metrics?limit=2&after=${next}`);
    const ids = (text: string) => text.match(/^gapless_events_accepted_total.*$/gm)?.length;
    expect([ids(first.text), ids(second.text)]).toEqual([2, 1]);
    expect(env.ADMIN_TOKEN).not.toBe('');
  });

  it('are written as Prometheus reads them', () => {
    const samples = [
      { labels: { name: 'a\\b\n"c"' }, value: 1.5 },
      { labels: {}, value: null },
    ];
    expect(prometheusText([{ name: 'x', type: 'gauge', help: 'An x.', samples }])).toBe(
      '# HELP x An x.\n# TYPE x gauge\nx{name="a\\\\b\\n\\"c\\""} 1.5\n',
    );
  });
});
