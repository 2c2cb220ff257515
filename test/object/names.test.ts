/** Names in the place of ids, and what is refused so that they stay unambiguous. */
import { describe, expect, it } from 'vitest';
import { nameAsBefore, newWebhook, send } from '../support/rest';

const url = 'https://app.example.com/hooks';
const addressOf = (name: string) => `/v1/webhooks/${encodeURIComponent(name)}`;

describe('a webhook', () => {
  it('is addressed by its name wherever by its id, and changed and deleted so', async () => {
    const name = 'ShipStream EU / 100% ü';
    const { id, path } = await newWebhook({ name });
    const by = addressOf(name);
    expect((await send('GET', by)).text).toBe((await send('GET', path)).text);
    for (const part of ['/events', '/feed', '/gaps', '/status', '/rejections', '/destinations']) {
      const [one, other] = [await send('GET', by + part), await send('GET', path + part)];
      expect([part, one.status, one.body]).toEqual([part, 200, other.body]);
    }
    expect((await send('POST', `${by}/destinations`, { url })).status).toBe(201);
    expect((await send('PATCH', by, { name: 'other', retention_days: 9 })).body).toMatchObject({
      webhook_id: id,
    });
    // What was remembered of the name before does not lead here any more.
    expect((await send('GET', by)).status).toBe(404);
    expect((await send('DELETE', addressOf('other'))).status).toBe(204);
    expect((await send('GET', path)).status).toBe(404);
  });

  it('that is not known is told with the nearest names', async () => {
    await newWebhook({ name: 'Warehouse' });
    const { status, body } = await send('GET', addressOf('warehose'));
    expect([status, body.detail]).toEqual([404, 'There is no such webhook. Did you mean "Warehouse"?']);
    expect((await send('GET', '/v1/webhooks/0')).body.detail).toBe('There is no such webhook.');
  });

  it('is told by its id alone where two have the name, as earlier releases allowed', async () => {
    const [one, two] = [await newWebhook(), await newWebhook()];
    for (const { id } of [one, two]) await nameAsBefore(id, 'twins');
    const { status, body } = await send('GET', addressOf('twins'));
    expect([status, body.detail]).toEqual([409, expect.stringContaining(String(one.id))]);
    expect((await send('PATCH', one.path, { retention_days: 8 })).status).toBe(200);
    expect((await send('PATCH', one.path, { name: 'single' })).status).toBe(200);
    expect((await send('GET', addressOf('twins'))).body).toMatchObject({ webhook_id: two.id });
  });

  it('gets no name that another has, nor one that is a number; and what it has it keeps', async () => {
    const { id } = await newWebhook({ name: 'taken' });
    const { path, ...other } = await newWebhook();
    const given = { provider: 'shipstream', secret_key: 's', name: 'taken' };
    const errors = [{ path: '/name', message: `is the name of webhook ${id}` }];
    const key = { 'Idempotency-Key': 'names' };
    for (const refused of [
      await send('POST', '/v1/webhooks', given),
      await send('POST', '/v1/webhooks', given, key),
      await send('PATCH', path, { name: 'taken' }),
      await send('PUT', '/v1/config', {
        webhooks: [{ webhook_id: other.id, provider: 'shipstream', name: 'taken' }],
      }),
    ])
      expect([refused.status, refused.body.errors]).toMatchObject([422, [{ message: errors[0]?.message }]]);
    for (const refused of [
      await send('POST', '/v1/webhooks', { ...given, name: '17' }),
      await send('PATCH', path, { name: '17' }),
    ])
      expect([refused.status, refused.body.errors]).toMatchObject([422, [{ path: '/name' }]]);
    await nameAsBefore(other.id, '17');
    expect((await send('PATCH', path, { name: '17', retention_days: 8 })).status).toBe(200);
  });

  const NOWHERE = ['.', '..', ' .. ', ' ', '\u200b', '\u00a0\u2060'];

  it('is not called what leads elsewhere in an address, or cannot be seen; nor is a destination', async () => {
    const { path } = await newWebhook({ destinations: [{ name: 'app', url }] });
    const given = { provider: 'shipstream', secret_key: 's' };
    for (const name of NOWHERE) {
      const entry = { ...given, name: 'nowhere', destinations: [{ name, url }] };
      for (const [refused, at] of [
        [await send('POST', '/v1/webhooks', { ...given, name }), '/name'],
        [await send('POST', '/v1/webhooks', entry), '/destinations/0/name'],
        [await send('PATCH', path, { name }), '/name'],
        [await send('POST', `${path}/destinations`, { name, url }), '/name'],
        [await send('PATCH', `${path}/destinations/app`, { name }), '/name'],
        [await send('PUT', '/v1/config', { webhooks: [{ ...given, name }] }), '/webhooks/0/name'],
        [await send('PUT', '/v1/config', { webhooks: [entry] }), '/webhooks/0/destinations/0/name'],
      ] as const)
        expect([name, refused.status, refused.body.errors?.[0]?.path]).toEqual([name, 422, at]);
    }
  });

  it('has a name that looks like no other: without blanks around it, and each letter written one way', async () => {
    const { id, path, body } = await newWebhook({
      name: ' Caf\u0065\u0301 ',
      destinations: [{ name: ' app ', url }],
    });
    expect([body.name, body.destinations]).toMatchObject(['Caf\u00e9', [{ name: 'app' }]]);
    for (const name of ['Caf\u00e9', ' Cafe\u0301'])
      expect((await send('GET', addressOf(name))).body).toMatchObject({ webhook_id: id });
    const given = { provider: 'shipstream', secret_key: 's' };
    expect((await send('POST', '/v1/webhooks', { ...given, name: 'Cafe\u0301 ' })).status).toBe(422);
    expect((await send('POST', `${path}/destinations`, { name: 'app ', url })).status).toBe(422);
    const entry = { name: 'Cafe\u0301', provider: 'shipstream', destinations: [{ name: 'app ', url }] };
    expect((await send('PUT', '/v1/config', { webhooks: [entry] })).body).toMatchObject({ changes: [] });
    // A name of before stays until it is changed.
    await nameAsBefore(id, '..');
    expect((await send('PATCH', path, { retention_days: 9 })).body).toMatchObject({ name: '..' });
  });

  it('that is made again under its Idempotency-Key does not stand in its own way', async () => {
    const given = { provider: 'shipstream', secret_key: 's', name: 'once' };
    const key = { 'Idempotency-Key': 'once' };
    const answers = await Promise.all([1, 2].map(() => send('POST', '/v1/webhooks', given, key)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect(answers[1]?.body.webhook_id).toBe(answers[0]?.body.webhook_id);
  });

  it('is not found by name with a token for one webhook, whether there is such a name or not', async () => {
    await newWebhook({ name: 'secret name' });
    const { id } = await newWebhook({ name: 'own' });
    const { body } = await send('POST', '/v1/tokens', { name: 't', scope: 'write', webhook_id: id });
    const headers = { authorization: `Bearer ${body.token}` };
    const asked = ['secret name', 'secret nam', 'own', 'nobody'].map(name =>
      send('GET', addressOf(name), undefined, headers),
    );
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ status, body: { detail } }) => `${status} ${detail}`))).toEqual(
      new Set([`403 This token is for webhook ${id} only.`]),
    );
  });
});

describe('a destination', () => {
  it('is addressed by its name in paths, filters and bodies', async () => {
    const { path, body } = await newWebhook({ destinations: [{ name: 'app / eu', url }] });
    const id = body.destinations?.[0]?.destination_id;
    const by = `${path}/destinations/${encodeURIComponent('app / eu')}`;
    expect((await send('GET', by)).body).toMatchObject({ destination_id: id, name: 'app / eu' });
    expect((await send('GET', `${path}/destinations`)).body).toMatchObject({
      destinations: [{ destination_id: id }],
    });
    expect((await send('PATCH', by, { max_in_flight: 3 })).body).toMatchObject({ destination_id: id });
    expect((await send('POST', `${by}/rotate_secret`)).status).toBe(200);
    expect((await send('POST', `${by}/retry`)).body).toMatchObject({ waiting: 0 });
    const filter = `${path}/events?delivery=delivered&destination_id=${encodeURIComponent('app / eu')}`;
    expect((await send('GET', filter)).body).toMatchObject({ events: [] });
    expect((await send('DELETE', by)).status).toBe(204);
  });

  it('that is not known is told with the nearest names', async () => {
    const { path } = await newWebhook({ destinations: [{ name: 'billing', url }] });
    const detail = 'There is no such destination. Did you mean "billing"?';
    for (const { status, body } of [
      await send('GET', `${path}/destinations/biling`),
      await send('POST', `${path}/destinations/biling/retry`),
      await send('GET', `${path}/events?delivery=dead&destination_id=biling`),
    ])
      expect([status, body.detail]).toEqual([404, detail]);
  });

  it('gets no name that another has, nor one like an id', async () => {
    const twice = [
      { name: 'app', url },
      { name: 'app', url },
    ];
    const given = { provider: 'shipstream', secret_key: 's' };
    const made = await send('POST', '/v1/webhooks', { ...given, destinations: twice });
    expect([made.status, made.body.errors]).toMatchObject([422, [{ path: '/destinations/0/name' }]]);
    const { path, body } = await newWebhook({ destinations: [{ name: 'app', url }, { url }] });
    const second = `${path}/destinations/${body.destinations?.[1]?.destination_id}`;
    const taken = [{ path: '/name', message: 'is the name of another destination of this webhook' }];
    expect((await send('POST', `${path}/destinations`, { name: 'app', url })).body.errors).toEqual(taken);
    expect((await send('PATCH', second, { name: 'app' })).body.errors).toEqual(taken);
    for (const name of ['dst_0123456789abcdef', 'operations'])
      expect((await send('PATCH', second, { name })).status).toBe(422);
    expect((await send('PATCH', second, { name: 'erp' })).status).toBe(200);
  });
});

describe('a topic pattern that matches nothing the provider is known to send', () => {
  const warnings = (path: string, pattern: string, meant: string) => [
    {
      path,
      message: `"${pattern}" matches no topic that the provider is known to have; did you mean ${meant}?`,
    },
  ];

  it('is taken, and told in the answer of a create, a change and a configuration', async () => {
    const { path, body } = await newWebhook({
      topics: 'orders:*',
      destinations: [{ url, topics: 'gateway:*' }],
    });
    expect(body.warnings).toEqual(warnings('/topics', 'orders:*', '"order:*"'));
    const patched = await send('PATCH', path, { topics: ['order:create', 'order:*'] });
    expect(patched.body.warnings).toEqual(warnings('/topics', 'order:create', '"order:created"'));
    expect((await send('PATCH', path, { retention_days: 9 })).body.warnings).toEqual([]);
    const added = await send('POST', `${path}/destinations`, { url, topics: 'prodcut:*' });
    expect(added.body.warnings).toEqual(warnings('/topics', 'prodcut:*', '"product:*"'));
    const document = {
      webhooks: [
        {
          ...{ name: 'warned', provider: 'shipstream', secret_key: 's' },
          destinations: [{ url, topics: 'shipments:packed' }],
        },
      ],
    };
    const told = warnings('/webhooks/0/destinations/0/topics', 'shipments:packed', '"shipment:packed"');
    for (const query of ['?dry_run=true', '', '?dry_run=1'])
      expect((await send('PUT', `/v1/config${query}`, document)).body.warnings).toEqual(told);
  });

  it('is not known of providers that list no topics', async () => {
    const { body } = await newWebhook({ provider: 'github', topics: 'pushes' });
    expect(body.warnings).toEqual([]);
  });
});
