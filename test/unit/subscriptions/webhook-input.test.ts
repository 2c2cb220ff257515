import { describe, expect, it } from 'vitest';
import type { FieldError } from '../../../src/input/field-errors';
import { parseWebhook, patchWebhook } from '../../../src/subscriptions/webhook-input';
import { webhookRecord } from '../../support/webhook-record';
import { rules } from './rules';

const minimal = { provider: 'shipstream', secret_key: '2RUJ8NXLnLRrAj3' };
const url = 'https://app.example.com/hooks';
const CUSTOM = { alg: 'hmac-sha256', enc: 'hex', sig: [{ h: 'x-signature' }], msg: ['{body}'] };

function accepted(given: object) {
  const parsed = parseWebhook({ ...minimal, ...given }, rules);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

function refused(given: unknown): FieldError[] {
  const parsed = parseWebhook(given, rules);
  if (parsed.ok) throw new Error('was accepted');
  return parsed.error;
}

const refusedPaths = (given: object) => refused({ ...minimal, ...given }).map(({ path }) => path);

describe('parseWebhook', () => {
  it('needs a provider and a secret, and has a default for everything else', () => {
    expect(accepted({})).toEqual({
      ...{ provider: 'shipstream', secretKey: '2RUJ8NXLnLRrAj3', name: null },
      ...{ topics: ['*'], topicsAsGiven: '*', isActive: true, onInvalid: 'quarantine', retentionDays: 7 },
      ...{
        replayProtection: 'standard',
        whenFull: 'drop_oldest_delivered',
        jurisdiction: null,
        locationHint: null,
      },
      sequence: {
        enabled: true,
        holdSeconds: 0,
        graceSeconds: 60,
        expiresSeconds: 374_400,
        restartsWithSecret: true,
      },
      ...{ silenceSeconds: null, confirm: null, settings: {}, signature: null, destinations: [] },
    });
    expect(refused({}).map(({ path }) => path)).toEqual(['/provider', '/secret_key']);
  });

  it('takes the whole example', () => {
    const input = accepted({
      ...{ name: 'ShipStream EU', topics: 'order:*,product:*', is_active: 1, on_invalid: 'quarantine' },
      ...{ retention_days: 7, silence_seconds: null, confirm: null, settings: {}, signature: null },
      sequence: { hold_seconds: 0, grace_seconds: 60, expires_seconds: 374400 },
      destinations: [
        {
          ...{ url, topics: '*', is_active: 1, extra_headers: { 'X-Env': 'prod' }, secret_key: null },
          ...{ sign: 'standard', start: 'now', filter: null, ordering: 'parallel', max_in_flight: 24 },
          ...{ rate_per_second: null, timeout_seconds: 15 },
          retry: { schedule_seconds: [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400] },
        },
      ],
    });
    expect(input.topicsAsGiven).toBe('order:*,product:*');
    expect(input.destinations).toMatchObject([
      {
        name: null,
        ...{ url, topics: ['*'], isActive: true, extraHeaders: [['X-Env', 'prod']] },
        ...{ extraHeadersAsGiven: { 'X-Env': 'prod' }, secretKey: null, sign: 'standard', start: 'now' },
        ...{ filter: null, ordering: 'parallel', maxInFlight: 24, ratePerSecond: null, timeoutSeconds: 15 },
        retrySchedule: [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400],
      },
    ]);
    expect(accepted({ destinations: [{ url }] }).destinations[0]).toEqual({
      ...input.destinations[0],
      ...{ extraHeaders: [], extraHeadersAsGiven: {} },
    });
  });

  it.each([
    [0, false],
    [1, true],
    [false, false],
    [true, true],
    ['0', false],
    ['1', true],
  ])('reads is_active %j as %s', (is_active, isActive) => {
    expect(accepted({ is_active }).isActive).toBe(isActive);
  });

  it.each([2, -1, 'true', null, '', [], 1.5])('refuses is_active %j', is_active => {
    expect(refusedPaths({ is_active })).toEqual(['/is_active']);
  });

  it.each([
    ['unknown', 1, '/unknown'],
    ['webhook_id', 1, '/webhook_id'],
    ['name', '', '/name'],
    ['name', 'a\nb', '/name'],
    ['topics', '', '/topics'],
    ['topics', [1], '/topics'],
    ['topics', {}, '/topics'],
    ['secret_key', '', '/secret_key'],
    ['secret_key', 5, '/secret_key'],
    ['secret_key', 'unusable', '/secret_key'],
    ['on_invalid', 'drop', '/on_invalid'],
    ['replay_protection', 'lax', '/replay_protection'],
    ['when_full', 'drop', '/when_full'],
    ['retention_days', 0, '/retention_days'],
    ['retention_days', 31, '/retention_days'],
    ['retention_days', 1.5, '/retention_days'],
    ['retention_days', '7', '/retention_days'],
    ['sequence', [], '/sequence'],
    ['sequence', null, '/sequence'],
    ['sequence', { hold_seconds: -1 }, '/sequence/hold_seconds'],
    ['sequence', { more: 1 }, '/sequence/more'],
    ['sequence', { enabled: 2 }, '/sequence/enabled'],
    ['silence_seconds', 0, '/silence_seconds'],
    ['confirm', { url, token: 't' }, '/confirm'],
    ['settings', { a: 1 }, '/settings/a'],
    ['signature', {}, '/signature/alg'],
    ['signature', CUSTOM, '/signature'],
    ['settings', { public_url: 'ftp://a' }, '/settings/public_url'],
    ['settings', { tolerance_seconds: '-1' }, '/settings/tolerance_seconds'],
    ['destinations', {}, '/destinations'],
    ['destinations', Array.from({ length: 65 }, () => ({ url })), '/destinations'],
    ['destinations', [{}], '/destinations/0/url'],
    ['destinations', [{ url }, { url: 'https://private' }], '/destinations/1/url'],
    ['destinations', [{ url, extra: 1 }], '/destinations/0/extra'],
    ['destinations', [{ url, max_in_flight: 129 }], '/destinations/0/max_in_flight'],
    ['destinations', [{ url, max_in_flight: 0 }], '/destinations/0/max_in_flight'],
    ['destinations', [{ url, rate_per_second: 0 }], '/destinations/0/rate_per_second'],
    ['destinations', [{ url, timeout_seconds: 61 }], '/destinations/0/timeout_seconds'],
    ['destinations', [{ url, ordering: 'fifo' }], '/destinations/0/ordering'],
    ['destinations', [{ url, sign: 'none' }], '/destinations/0/sign'],
    ['destinations', [{ url, start: 'later' }], '/destinations/0/start'],
    ['destinations', [{ url, start: { sequence: 0 } }], '/destinations/0/start/sequence'],
    ['destinations', [{ url, filter: { storeId: [1] } }], '/destinations/0/filter/storeId'],
    ['destinations', [{ url, filter: '*' }], '/destinations/0/filter'],
    ['destinations', [{ url, filter: { '*': [1] } }], '/destinations/0/filter/*'],
    ['destinations', [{ url, filter: { '/items/*/id': [1] } }], '/destinations/0/filter/~1items~1*~1id'],
    ['destinations', [{ url, filter: { '/*': [1] } }], '/destinations/0/filter/~1*'],
    ['destinations', [{ url, filter: { '$.a': [1] } }], '/destinations/0/filter/$.a'],
    ['destinations', [{ url, filter: { '/a~2': [1] } }], '/destinations/0/filter/~1a~02'],
    ['destinations', [{ url, filter: { '/a': 1 } }], '/destinations/0/filter/~1a'],
    ['destinations', [{ url, extra_headers: { Host: 'x' } }], '/destinations/0/extra_headers'],
    ['destinations', [{ url, extra_headers: { 'X-A': 1 } }], '/destinations/0/extra_headers'],
    ['destinations', [{ url, retry: { schedule_seconds: [0] } }], '/destinations/0/retry/schedule_seconds/0'],
    ['destinations', [{ url, secret_key: 'whsec_c2hvcnQ=' }], '/destinations/0/secret_key'],
    ['destinations', [{ url, secret_key: 'A'.repeat(32) }], '/destinations/0/secret_key'],
  ])('refuses %s %j', (field, value, path) => {
    expect(refusedPaths({ [field]: value })).toContain(path);
  });

  it.each([[], 'text', 5, null])('refuses %j in place of an object', given => {
    expect(refused(given)).toEqual([{ path: '', message: expect.stringContaining('must be an object') }]);
  });

  it('says what kind was given and what is allowed, never the value', () => {
    const secret = 'hunter2-hunter2';
    const errors = refused({
      ...{ provider: 'shipstream', secret_key: { secret }, topics: [{ secret }], on_invalid: secret },
      ...{ retention_days: secret, is_active: secret, destinations: [{ url, secret_key: secret }] },
    });
    expect(errors.length).toBeGreaterThan(3);
    expect(JSON.stringify(errors)).not.toContain(secret);
    expect(errors).toContainEqual({ path: '/secret_key', message: 'must be text; given: an object' });
    expect(errors).toContainEqual({
      path: '/retention_days',
      message: 'must be a whole number from 1 to 30; given: text',
    });
  });

  it('takes a scheme of one’s own for provider "custom", and numbers where it says so', () => {
    const custom = { provider: 'custom', signature: CUSTOM };
    expect(accepted(custom)).toMatchObject({
      provider: 'custom',
      signature: { ...CUSTOM, key: { enc: 'utf8' }, type: [], id: [] },
      sequence: { enabled: false },
    });
    const numbered = { ...custom, signature: { ...CUSTOM, seq: { from: 'json:/n' } } };
    expect(accepted(numbered).sequence.enabled).toBe(true);
  });

  it('says where a scheme is wrong', () => {
    expect(refusedPaths({ provider: 'custom' })).toEqual(['/signature']);
    const signature = { ...CUSTOM, msg: ['{body}', '{ts}'], id: ['x'] };
    expect(refused({ ...minimal, provider: 'custom', signature })).toEqual([
      { path: '/signature/msg/1', message: 'has {ts}, but the scheme has no ts' },
      { path: '/signature/id/0', message: expect.stringMatching(/^must be h:<header>/) },
    ]);
  });

  it('refuses messages that sign nothing of the request', () => {
    const ts = { from: 'h:x-time', fmt: 's', tol: 300 };
    const settings = { a: 'tenant' };
    const places = (signature: object) =>
      refusedPaths({ provider: 'custom', settings, signature: { ...CUSTOM, ts, ...signature } });
    for (const template of [
      '{method}',
      '{cfg:a}',
      '{url}',
      '{url|unpct}',
      '{ts}',
      '{h:x-time}',
      '{method} {url}:{ts}',
    ]) {
      expect(places({ msg: [template] })).toEqual(['/signature/msg/0']);
      expect(places({ msg: ['{body}', template] })).toEqual(['/signature/msg/1']);
    }
    const digest = { from: 'q:digest', alg: 'sha256', enc: 'hex' };
    for (const signature of [
      { msg: ['{method}{url}{ts}'], digest },
      ...['{body}', '{h:x-id}.{ts}', '{q:id}', '{json:/id}', '{form*}', '{crc32:body}'].map(one => ({
        msg: [one],
      })),
    ]) {
      expect(
        accepted({ provider: 'custom', settings, signature: { ...CUSTOM, ts, ...signature } }),
      ).toBeTruthy();
    }
  });

  it('lets a webhook that has such a message from before be changed otherwise', () => {
    const { signature, sequence } = accepted({ provider: 'custom', signature: CUSTOM });
    if (signature === null) throw new Error('no signature');
    const stored = webhookRecord({
      provider: 'custom',
      sequence,
      signature: { ...signature, msg: ['{method}'] },
    });
    expect(patchWebhook(stored, { is_active: 0 }, rules)).toMatchObject({ ok: true });
    expect(patchWebhook(stored, { signature: { msg: ['{body}'] } }, rules)).toMatchObject({ ok: true });
    expect(patchWebhook(stored, { signature: { msg: ['{url}'] } }, rules)).toMatchObject({
      error: [{ path: '/signature/msg/0' }],
    });
  });

  it('names the known providers', () => {
    expect(refused({ ...minimal, provider: 'nobody' })).toEqual([
      {
        path: '/provider',
        message: 'is not a provider known here; known are "shipstream", "ecwid", "stripe", "custom"',
      },
    ]);
  });

  it('takes what it can from the provider', () => {
    expect(accepted({ provider: 'ecwid' }).sequence).toMatchObject({
      enabled: false,
      expiresSeconds: 86_400,
    });
    expect(accepted({ provider: 'stripe' }).sequence).toMatchObject({ expiresSeconds: 374_400 });
    expect(refusedPaths({ provider: 'stripe', sequence: { enabled: true } })).toEqual(['/sequence/enabled']);
    expect(accepted({ sequence: { enabled: false } }).sequence.enabled).toBe(false);
  });

  it('wants a URL and a token for a confirmation', () => {
    expect(refusedPaths({ provider: 'ecwid', confirm: { url } })).toEqual(['/confirm/token']);
    expect(refusedPaths({ provider: 'ecwid', confirm: { url: 'https://private', token: 't' } })).toEqual([
      '/confirm/url',
    ]);
    expect(accepted({ provider: 'ecwid', confirm: { url, token: 't' } }).confirm).toEqual({
      url,
      token: 't',
      tokens: null,
    });
  });

  it('refuses a retention shorter than the retries and the hold', () => {
    expect(refusedPaths({ retention_days: 3, destinations: [{ url }] })).toEqual([
      '/destinations/0/retry/schedule_seconds',
    ]);
    expect(accepted({ retention_days: 4, destinations: [{ url }] }).retentionDays).toBe(4);
    expect(accepted({ retention_days: 1 }).retentionDays).toBe(1);
    const hours24 = { url, retry: { schedule_seconds: [43_200, 43_200] } };
    expect(accepted({ retention_days: 1, destinations: [hours24] }).retentionDays).toBe(1);
    expect(
      refusedPaths({ retention_days: 1, sequence: { hold_seconds: 1 }, destinations: [hours24] }),
    ).toEqual(['/destinations/0/retry/schedule_seconds']);
  });

  it('takes secrets of 24 to 64 bytes for destinations', () => {
    const secretOf = (bytes: number) => `whsec_${new Uint8Array(bytes).toBase64()}`;
    for (const bytes of [24, 64]) {
      const secret_key = secretOf(bytes);
      expect(accepted({ destinations: [{ url, secret_key }] }).destinations[0]?.secretKey).toBe(secret_key);
    }
    for (const bytes of [23, 65]) {
      expect(refusedPaths({ destinations: [{ url, secret_key: secretOf(bytes) }] })).toHaveLength(1);
    }
  });
});
