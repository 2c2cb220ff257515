import { describe, expect, it } from 'vitest';
import { patchDestination } from '../../../src/subscriptions/destination-input';
import {
  newWebhook,
  withDestination,
  withDestinationSecret,
  withInboundSecret,
  withSettings,
} from '../../../src/subscriptions/record';
import type { WebhookRecord } from '../../../src/subscriptions/webhook';
import { parseWebhook, patchWebhook } from '../../../src/subscriptions/webhook-input';
import { made, making, NOW, url } from './records';
import { rules } from './rules';

function patched(record: WebhookRecord, patch: unknown) {
  const settings = patchWebhook(record, patch, rules);
  return settings.ok ? withSettings(record, settings.value, making()) : Promise.reject(settings.error);
}

describe('newWebhook', () => {
  it('makes ids, seals secrets for their purpose, and reveals what it generated', async () => {
    const input = parseWebhook(
      { provider: 'shipstream', secret_key: 'inbound', destinations: [{ url }, { url }] },
      rules,
    );
    if (!input.ok) throw new Error('refused');
    const { record, revealed } = await newWebhook(input.value, 'rest', making());
    expect(record).toMatchObject({
      format: 1,
      version: 1,
      createdAt: NOW,
      updatedAt: NOW,
      createdBy: 'rest',
    });
    expect(record.id).toBe(0x01010101010101);
    expect(record.secrets).toEqual([
      {
        id: expect.stringMatching(/^sec_[0-9a-f]{16}$/),
        sealed: `sealed(inbound:${record.id}|inbound)`,
        usableUntil: null,
      },
    ]);
    for (const [index, destination] of record.destinations.entries()) {
      expect(destination.id).toMatch(/^dst_[0-9a-f]{16}$/);
      expect(revealed[index]?.destinationId).toBe(destination.id);
      expect(revealed[index]?.secretKey).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
      expect(destination.secrets[0]?.sealed).toBe(
        `sealed(destination:${destination.id}|${revealed[index]?.secretKey})`,
      );
    }
    expect(record).not.toHaveProperty('secretKey');
    expect(record.destinations[0]).not.toHaveProperty('secretKey');
  });

  it.each([0, 255])('makes ids between 1 and 2^53-1 (bytes %i)', async byte => {
    const input = parseWebhook({ provider: 'shipstream', secret_key: 's' }, rules);
    if (!input.ok) throw new Error('refused');
    const random = (bytes: number) => new Uint8Array(bytes).fill(byte);
    const { record } = await newWebhook(input.value, 'rest', { ...making(), random });
    expect(record.id).toBe(byte === 0 ? 1 : Number.MAX_SAFE_INTEGER);
  });
});

describe('changing a webhook', () => {
  it('merges, and leaves alone what is not named', async () => {
    const record = await made({
      name: 'A',
      topics: 'order:*',
      sequence: { hold_seconds: 5, grace_seconds: 9 },
    });
    const changed = await patched(record, { is_active: 0, sequence: { hold_seconds: 6 } });
    expect(changed).toEqual({
      ...record,
      isActive: false,
      sequence: { ...record.sequence, holdSeconds: 6 },
    });
  });

  it('puts a field back to its default with null', async () => {
    const record = await made({ name: 'A', topics: ['a', 'b'], sequence: { grace_seconds: 9 } });
    const changed = await patched(record, { name: null, topics: null, sequence: { grace_seconds: null } });
    expect(changed).toMatchObject({ name: null, topicsAsGiven: '*', sequence: { graceSeconds: 60 } });
  });

  it('keeps the token of a confirmation that is not sent again, for its host', async () => {
    const record = await made({ provider: 'ecwid', confirm: { url, token: 'token' } });
    const moved = await patched(record, { confirm: { url: `${url}/v4` } });
    expect(moved.confirm).toEqual({ ...record.confirm, url: `${url}/v4` });
    const elsewhere = { confirm: { url: 'https://other.example.com' } };
    expect(patchWebhook(record, elsewhere, rules)).toMatchObject({
      error: [{ path: '/confirm/token', message: expect.stringContaining('another host') }],
    });
    const renewed = await patched(record, { confirm: { token: 'new' } });
    expect(renewed.confirm?.token.sealed).toContain('|new)');
    expect((await patched(record, { confirm: null })).confirm).toBe(null);
  });

  it('keeps the tokens of stores by a merge patch, each for its host', async () => {
    const tokens = { '1003': 'three', '1004': 'four' };
    const record = await made({ provider: 'ecwid', confirm: { url, tokens } });
    expect(record.confirm).toMatchObject({ hasToken: false, tokens: { '1003': { usableUntil: null } } });
    const changed = await patched(record, { confirm: { tokens: { '1004': null, '1005': 'five' } } });
    expect(changed.confirm?.tokens).toEqual({
      '1003': record.confirm?.tokens['1003'],
      '1005': { ...record.confirm?.token, id: expect.any(String), sealed: expect.stringContaining('|five)') },
    });
    const none = { confirm: { tokens: { '1003': null, '1004': null } } };
    expect(patchWebhook(record, none, rules)).toMatchObject({ error: [{ path: '/confirm/token' }] });
    const elsewhere = (confirm: object) =>
      patchWebhook(record, { confirm: { url: 'https://other.example.com', ...confirm } }, rules);
    expect(elsewhere({})).toMatchObject({
      error: [{ path: '/confirm/tokens/1003' }, { path: '/confirm/tokens/1004' }],
    });
    // Neither does the new host get the token that the old one had for all stores.
    const both = await made({ provider: 'ecwid', confirm: { url, token: 'all', tokens } });
    const moved = await patched(both, {
      confirm: { url: 'https://other.example.com', tokens: { '1003': 'new', '1004': null } },
    });
    expect(moved.confirm).toMatchObject({ hasToken: false, tokens: { '1003': {} } });
    expect(moved.confirm?.token.sealed).toContain('|)');
    expect(Object.keys(moved.confirm?.tokens ?? {})).toEqual(['1003']);
  });

  it.each([
    [{ abc: 't' }, '/confirm/tokens/abc'],
    [{ __proto__x: 't' }, '/confirm/tokens/__proto__x'],
    [{ '1003': 't\n' }, '/confirm/tokens/1003'],
    [{ '1003': '' }, '/confirm/tokens/1003'],
    [{ '1003': 5 }, '/confirm/tokens/1003'],
    [{ '1003': '********' }, '/confirm/tokens/1003'],
    [['t'], '/confirm/tokens'],
    [{}, '/confirm/token'],
  ])('takes tokens by the id of a store, not %j', (tokens, path) => {
    const given = { provider: 'ecwid', secret_key: 'secret', confirm: { url, tokens } };
    expect(parseWebhook(given, rules)).toMatchObject({ error: [{ path }] });
  });

  it.each([
    [{ secret_key: 'x' }, '/secret_key'],
    [{ provider: 'ecwid' }, '/provider'],
    [{ provider: null }, '/provider'],
    [{ destinations: [] }, '/destinations'],
    [{ webhook_id: 1 }, '/webhook_id'],
    [{ nothing: null }, '/nothing'],
    [{ retention_days: 3 }, '/retention_days'],
    [{ sequence: { hold_seconds: 100_000 } }, '/sequence/hold_seconds'],
    [[], ''],
  ])('refuses %j', async (patch, path) => {
    const result = patchWebhook(await made(), patch, rules);
    expect(result).toEqual({ ok: false, error: [{ path, message: expect.any(String) }] });
  });
});

describe('changing a destination', () => {
  it('merges headers and filters field by field', async () => {
    const record = await made({
      destinations: [{ url, extra_headers: { 'X-A': '1', 'X-B': '2' }, filter: { '/storeId': [1] } }],
    });
    const [destination] = record.destinations;
    if (destination === undefined) throw new Error('no destination');
    const patch = { is_active: 0, extra_headers: { 'X-A': null, 'X-C': '3' }, filter: null };
    const settings = patchDestination(destination, patch, rules.urlProblem);
    if (!settings.ok) throw new Error(JSON.stringify(settings.error));
    const changed = withDestination(record, destination.id, settings.value).destinations[0];
    expect(changed).toEqual({
      ...destination,
      ...{ isActive: false, filter: null, extraHeadersAsGiven: { 'X-B': '2', 'X-C': '3' } },
      extraHeaders: [
        ['X-B', '2'],
        ['X-C', '3'],
      ],
    });
  });

  it.each([
    { secret_key: null },
    { start: 'beginning' },
    { id: 'x' },
    { url: null },
    { url: 'https://private' },
  ])('refuses %j', async patch => {
    const [destination] = (await made()).destinations;
    if (destination === undefined) throw new Error('no destination');
    expect(patchDestination(destination, patch, rules.urlProblem).ok).toBe(false);
  });
});

describe('rotation', () => {
  it('keeps the old secret usable for the overlap', async () => {
    const record = await made();
    const rotated = await withInboundSecret(record, 'new', 60, making());
    expect(rotated.secrets.map(({ usableUntil }) => usableUntil)).toEqual([null, NOW + 60_000]);
    expect(rotated.secrets[0]?.sealed).toBe(`sealed(inbound:${record.id}|new)`);
    expect(rotated.secrets[1]?.id).toBe(record.secrets[0]?.id);
  });

  it('without overlap leaves only the new one', async () => {
    const record = await withInboundSecret(await made(), 'second', 3600, making());
    const rotated = await withInboundSecret(record, 'third', 0, making(NOW + 1000));
    expect(rotated.secrets).toHaveLength(1);
  });

  it('drops what has run out, and never lengthens an overlap', async () => {
    const second = await withInboundSecret(await made(), 'second', 10, making());
    const third = await withInboundSecret(second, 'third', 3600, making(NOW + 5000));
    expect(third.secrets.map(({ usableUntil }) => usableUntil)).toEqual([
      null,
      NOW + 3_605_000,
      NOW + 10_000,
    ]);
    const fourth = await withInboundSecret(third, 'fourth', 3600, making(NOW + 20_000));
    expect(fourth.secrets).toHaveLength(3);
  });

  it('generates a secret for a destination', async () => {
    const record = await made();
    const id = record.destinations[0]?.id ?? '';
    const { record: rotated, revealed } = await withDestinationSecret(record, id, null, 60, making());
    expect(revealed.secretKey).toMatch(/^whsec_/);
    expect(rotated.destinations[0]?.secrets).toHaveLength(2);
  });
});
