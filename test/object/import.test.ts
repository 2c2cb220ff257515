/** What an import makes of a webhook that is here already, and of one that is not. Both gateways are this one, with one TRANSFER_KEY. */
import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectOf } from '../../src/log/stub';
import { importKeys, transferKeyOf } from '../../src/subscriptions/sealing';
import { openRecord, sealRecord } from '../../src/subscriptions/transfer';
import type { WebhookRecord } from '../../src/subscriptions/webhook';
import { newWebhook, send } from '../support/rest';

const TRANSFER_KEY = new Uint8Array(32).fill(3).toBase64();
const settings = env as { SECRETS_KEY: string; TRANSFER_KEY?: string };
beforeAll(() => {
  settings.TRANSFER_KEY = TRANSFER_KEY;
});
afterAll(() => {
  delete settings.TRANSFER_KEY;
});

const recordOf = async (id: number): Promise<WebhookRecord> => {
  const record = await objectOf(env, { id, jurisdiction: null }).getRecord();
  if (record === null) throw new Error('no webhook');
  return record;
};

async function keys(transferKey = TRANSFER_KEY) {
  const own = await importKeys(env.SECRETS_KEY);
  const transfer = await transferKeyOf({ SECRETS_KEY: env.SECRETS_KEY, TRANSFER_KEY: transferKey });
  if (!own.ok || !transfer.ok) throw new Error('no keys');
  return { own: own.value, transfer: transfer.value };
}

/** A record as an export has it. */
async function entryOf(record: WebhookRecord, transferKey = TRANSFER_KEY) {
  const { own, transfer } = await keys(transferKey);
  const sealed = await sealRecord(record, own, transfer);
  if (!sealed.ok) throw new Error(sealed.error);
  return { webhook_id: record.id, name: record.name, provider: record.provider, sealed: sealed.value };
}

const importing = (...webhooks: object[]) => send('POST', '/v1/import', { format: 1, webhooks });

const CONFIRMED = {
  ...{ provider: 'ecwid', secret_key: 'client-secret' },
  confirm: { url: 'https://app.ecwid.com/api/v3', token: 'one', tokens: { 7: 'two' } },
  destinations: [{ name: 'app', url: 'https://app.example.com/', extra_headers: { 'X-Api-Key': 'k' } }],
};

let shops = 0;
const newConfirmed = () => newWebhook({ ...CONFIRMED, name: `shop ${++shops}` });

describe('an import', () => {
  it('of what is here changes nothing, whatever a webhook has', async () => {
    const { id } = await newConfirmed();
    const before = await recordOf(id);
    const { status, body } = await importing(await entryOf(before));
    expect(status).toBe(200);
    expect(body.webhooks).toMatchObject([{ webhook_id: id, action: 'none', changes: [] }]);
    expect(await recordOf(id)).toEqual(before);
  });

  it('of what was changed there changes that alone, and leaves what is only here', async () => {
    const { id, path } = await newConfirmed();
    const there = await recordOf(id);
    const { body: own } = await send('POST', `${path}/destinations`, { url: 'https://own.example.com/' });
    await send('POST', `${path}/rotate_secret`, { secret_key: 'rotated here', overlap_seconds: 0 });
    await send('PATCH', path, {
      confirm: { url: CONFIRMED.confirm.url, token: 'other', tokens: { 7: 'two' } },
    });
    const changed = {
      ...there,
      silenceSeconds: 60,
      destinations: there.destinations.map(one => ({ ...one, maxInFlight: 3 })),
    };
    const { body } = await importing(await entryOf(changed));
    expect(body.webhooks).toMatchObject([
      {
        action: 'update',
        changes: [
          {
            ...{ action: 'update', kind: 'webhook' },
            fields: {
              silence_seconds: { from: null, to: 60 },
              ...{ secret_key: 'changed', 'confirm.token': 'changed' },
            },
          },
          { action: 'update', kind: 'destination', fields: { max_in_flight: { from: 24, to: 3 } } },
        ],
      },
    ]);
    const after = await recordOf(id);
    expect(after.destinations.map(one => one.id)).toEqual([there.destinations[0]?.id, own.destination_id]);
    expect(after.secrets.map(one => one.id)).toEqual(there.secrets.map(one => one.id));
    expect((await importing(await entryOf(changed))).body.webhooks).toMatchObject([{ action: 'none' }]);
  });

  it('makes a webhook anew that begins its log, and sends all of it', async () => {
    const { id } = await newWebhook({
      destinations: [{ url: 'https://app.example.com/', start: { sequence: 90 } }],
    });
    const there = await recordOf(id);
    await send('DELETE', `/v1/webhooks/${id}`);
    expect((await importing(await entryOf(there))).body.webhooks).toMatchObject([{ action: 'create' }]);
    const here = await recordOf(id);
    expect(here).toMatchObject({ version: 1, isMoved: true, life: expect.stringMatching(/^[0-9a-f]{12}$/) });
    expect(here.destinations).toMatchObject([{ id: there.destinations[0]?.id, start: 'beginning' }]);
    expect(here.createdAt).toBeGreaterThan(there.createdAt);
  });

  it.each([
    [
      'an entry that was changed',
      async (entry: object) => ({ ...entry, sealed: 'v1.00000000.AAAAAAAAAAAAAAAA.AAAA' }),
    ],
    ['an entry of another webhook', async (entry: object) => ({ ...entry, webhook_id: 12 })],
    ['a field that no export has', async (entry: object) => ({ ...entry, url: 'https://app.example.com/' })],
  ])('refuses %s, and all that is with it', async (_what, change) => {
    const [{ id }, { id: other }] = [await newConfirmed(), await newConfirmed()];
    const entry = await entryOf({ ...(await recordOf(id)), silenceSeconds: 60 });
    const wrong = await change(await entryOf(await recordOf(other)));
    const { status, body } = await importing(entry, wrong);
    expect(status).toBe(422);
    expect(body.errors).toMatchObject([{ path: expect.stringMatching(/^\/webhooks\/1\//) }]);
    expect((await recordOf(id)).silenceSeconds).toBeNull();
  });

  it('refuses a webhook that is listed twice, and one of another provider', async () => {
    const { id } = await newConfirmed();
    const record = await recordOf(id);
    const twice = await importing(await entryOf(record), await entryOf(record));
    expect(twice.body.errors).toMatchObject([{ path: '/webhooks/1/webhook_id' }]);
    const other = await importing(await entryOf({ ...record, provider: 'stripe' }));
    expect(other.body.errors).toMatchObject([
      { path: '/webhooks/0/provider', message: expect.stringContaining(`webhook ${id} "shop ${shops}"`) },
    ]);
  });
});

describe('a record on its way', () => {
  it('shows nothing but its id, name and provider', async () => {
    const { id } = await newConfirmed();
    const { body, text } = await send('GET', '/v1/export');
    const entry = Object.values(body.webhooks ?? {}).find(({ webhook_id }) => Number(webhook_id) === id);
    expect(Object.keys(entry ?? {})).toEqual(['webhook_id', 'name', 'provider', 'sealed']);
    for (const secret of ['client-secret', 'X-Api-Key', 'app.example.com'])
      expect(text).not.toContain(secret);
  });

  it('opens with its own key, for its own webhook', async () => {
    const { id } = await newConfirmed();
    const { sealed } = await entryOf(await recordOf(id));
    const { own, transfer } = await keys();
    const { transfer: another } = await keys(new Uint8Array(32).fill(4).toBase64({ alphabet: 'base64url' }));
    expect((await openRecord(id, sealed, own, transfer)).ok).toBe(true);
    expect(await openRecord(id, sealed, own, another)).toEqual({ ok: false, error: 'wrong_key' });
    expect(await openRecord(id + 1, sealed, own, transfer)).toEqual({ ok: false, error: 'corrupt' });
  });

  it.each([
    ['a passphrase', 'correct horse battery staple correct horse'],
    ['16 bytes', new Uint8Array(16).toBase64()],
  ])('is sealed with 32 bytes, and not with %s', async (_what, key) => {
    settings.TRANSFER_KEY = key;
    const { status, text } = await send('GET', '/v1/export');
    settings.TRANSFER_KEY = TRANSFER_KEY;
    expect([status, text]).toEqual([409, expect.stringContaining('is not 32 bytes in base64')]);
    expect(text).not.toContain(key);
  });
});
