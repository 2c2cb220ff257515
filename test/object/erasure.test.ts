/** A customer erased: planned first, in steps, with a receipt, and nowhere in the storage of the webhook afterwards. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, inject, it } from 'vitest';
import { LIMITS } from '../../src/limits';
import { TestWebhook } from '../support/in-worker';
import { ingest, type Json, newWebhook, orderCreated, send } from '../support/rest';
import { newObject } from '../support/webhook-object';

const chaos = inject('chaosUrl');
/** More than comes up in what is sealed. */
const NAME = 'jane.appleseed';
const JANE = `${NAME}@example.com`;

/** All tables of an object as text: blobs as their bytes. */
const storageOf = (id: number): Promise<string> =>
  runInDurableObject(env.WEBHOOKS.getByName(String(id)), (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    const decoder = new TextDecoder();
    return tables
      .flatMap(({ name }) => [...sql.exec(`SELECT * FROM ${name}`).raw()].flat())
      .map(value => (value instanceof ArrayBuffer ? decoder.decode(value) : String(value)))
      .join('\n');
  });

/** Where she is named. */
async function withJane() {
  // It answers with the text that the query string of the event has.
  const destination = { url: `${chaos}/answer?status=400`, retry: { schedule_seconds: [86_400] } };
  const webhook = await TestWebhook.create([destination]);
  const event = (id: number | string, message: object) =>
    JSON.stringify({ topic: 'order:created', message: { ...message, webhook_increment_id: id } });
  const customer = { email: JANE };
  const bodies = [
    event(1, { unique_id: `of-${JANE}`, customer }),
    event(2, { unique_id: 'o-2', customer: { email: 'john@example.com' } }),
    event(3, { unique_id: 'o-3', customer }).replace('@', '\\u0040'),
    event('none', { unique_id: 'o-4', customer }),
    `{"customer": "${JANE}"`,
  ];
  for (const body of bodies) {
    expect((await webhook.post(body, `?body=unknown%20${JANE}`)).status).toBe(200);
  }
  await expect.poll(() => webhook.status()).toMatchObject({ retrying: 3 });
  const stub = env.WEBHOOKS.getByName(String(webhook.id));
  await stub.refused({
    counts: { mismatch: 1 },
    last: [
      {
        ...{ at: Date.now(), reason: 'mismatch', headerNames: ['x-a'], bytes: 2, bodySha256: null },
        request: { headers: [['x-for', JANE]], query: '', body: new TextEncoder().encode(JANE) },
      },
    ],
  });
  return webhook;
}

describe('a customer', () => {
  it('is planned, erased, and found nowhere but in the receipt, which does not name her', async () => {
    const { id, path } = await withJane();
    const search = { body: { '/message/customer/email': JANE } };
    const before = await storageOf(id);
    expect(before).toContain(`unknown ${JANE}`);
    const { body: plan } = await send('POST', `${path}/redact`, { ...search, dry_run: true });
    expect(plan).toMatchObject({
      ...{ redaction_id: null, count: 3, sample: [1, 3, 4], unsearched: 1, unsearched_sample: [5] },
      ...{ captured_requests: 1, next: null },
    });
    expect(await storageOf(id)).toBe(before);
    expect((await send('GET', `${path}/redactions`)).body).toEqual({ redactions: [], next: null });

    const { body: erased } = await send('POST', `${path}/redact`, search);
    expect(erased).toEqual({ ...plan, redaction_id: 1 });
    expect((await send('POST', `${path}/redact`, { ...search, dry_run: true })).body).toMatchObject({
      ...{ count: 0, captured_requests: 0, sought: plan.sought },
    });
    const { body: receipts, text } = await send('GET', `${path}/redactions`);
    expect(receipts.redactions).toMatchObject([
      {
        ...{ redaction_id: 1, count: 3, captured_requests: 1, completed_at: expect.any(String) },
        act: { by: 'admin', operation: 'redactEvents', request_id: expect.any(String) },
        sought: { body: { '/message/customer/email': expect.stringMatching(/^[0-9a-f]{64}$/) } },
        sequences: [
          { from: 1, to: 1 },
          { from: 3, to: 4 },
        ],
        unsearched_sequences: [{ from: 5, to: 5 }],
      },
    ]);
    // What could not be searched, and what names her in another place, is erased by its sequence.
    for (const sequence of [2, 5]) {
      expect((await send('DELETE', `${path}/events/${sequence}/body`)).status).toBe(204);
    }
    const after = await storageOf(id);
    expect(after.toLowerCase()).not.toContain(NAME);
    const told = text + (await send('GET', `${path}/audit`)).text;
    expect(told.toLowerCase()).not.toContain(NAME);
    expect((await send('GET', `${path}/events/4`)).body).toMatchObject({
      ...{ status: 'quarantined', redacted: true, body: null, headers: {}, query: '' },
      verdict: { valid: false, issues: [{ path: '', message: 'the body was erased' }] },
    });
    const { body: first } = await send('GET', `${path}/events/1`);
    expect(first).toMatchObject({
      entity_keys: ['redacted:1'],
      increment_id: 1,
      attempts: [{ answer: null }],
    });
    expect((await send('GET', `${path}/redactions`)).body.redactions?.[0]).toMatchObject({
      ...{ sought: { sequence: 5 }, count: 1, sequences: [{ from: 5, to: 5 }] },
    });
  });

  it('is erased in bounded steps, with one receipt', async () => {
    const { stub, send: append } = await newObject();
    for (let id = 1; id <= 10; id++) await append(id, { bodyBytes: LIMITS.MAX_BODY_BYTES });
    const values: [string, string][] = [['/email', '"x"']];
    const asked = { entityKey: null, values, sought: { body: { '/email': 'digest' } }, dryRun: false };
    const first = await stub.redactMatching({ ...asked, after: 0, redactionId: null });
    expect(first).toMatchObject({ kind: 'ok', redactionId: 1, count: 0, next: 8, unsearched: [[1, 8]] });
    const receipt = async () => (await stub.redactions(null, 5))?.redactions[0];
    expect(await receipt()).toMatchObject({ id: 1, complete: false, unsearched: [[1, 8]] });
    const other = { ...asked, sought: { body: { '/email': 'other' } }, after: 8, redactionId: 1 };
    expect(await stub.redactMatching(other)).toEqual({ kind: 'unknown_redaction' });
    const second = await stub.redactMatching({ ...asked, after: 8, redactionId: 1 });
    expect(second).toMatchObject({ redactionId: 1, next: null, unsearched: [[9, 10]] });
    expect(await receipt()).toMatchObject({ id: 1, complete: true, unsearched: [[1, 10]] });
  });
});

describe('a delivery of an erased event', () => {
  it('has ended: nobody counts it as waiting, retrying or dead, or as a failed attempt', async () => {
    const webhook = await TestWebhook.create([{ url: `${chaos}/answer?status=200` }]);
    const [destination] = webhook.destinations;
    await send('PATCH', `${webhook.path}/destinations/${destination}`, { is_active: false });
    await webhook.sendMany(3);
    await send('DELETE', `${webhook.path}/events/1/body`);
    await send('DELETE', `${webhook.path}/events/2/body`);
    const standing = async () => (await send('GET', `${webhook.path}/status`)).body.destinations?.[0];
    expect(await standing()).toMatchObject({ waiting: 1, retrying: 0, dead: 0 });
    await send('DELETE', `${webhook.path}/events/3/body`);
    expect(await standing()).toMatchObject({ waiting: 0, oldest_undelivered_at: null });
    const paused = await send('GET', `${webhook.path}/events?delivery=paused&destination_id=${destination}`);
    expect(paused.body.events).toEqual([]);
    await send('PATCH', `${webhook.path}/destinations/${destination}`, { is_active: true });
    await expect.poll(async () => (await standing())?.lag).toBe(0);
    expect(await standing()).toMatchObject({ dead: 0, failed_attempts: 0, failing_since: null });
    expect((await send('GET', `${webhook.path}/events/1`)).body).toMatchObject({
      ...{ attempts: [], deliveries: [{ destination_id: destination, delivery: 'redacted', attempts: 0 }] },
    });
  });

  it('that an earlier release gave up counts as dead no more', async () => {
    const webhook = await TestWebhook.create([{ url: `${chaos}/answer?status=200` }]);
    await webhook.send();
    await expect.poll(() => webhook.status()).toMatchObject({ delivered: 1 });
    await send('DELETE', `${webhook.path}/events/1/body`);
    await runInDurableObject(env.WEBHOOKS.getByName(String(webhook.id)), (_, { storage: { sql } }) => {
      sql.exec(
        `INSERT INTO deliveries (sequence, destination_id, replay, new_id, status, attempts, step, next_at, previous, ordinal, error,
         updated_at) VALUES (1, ?, 0, 0, 'dead', 1, 1, NULL, 0, 1, 'redacted', 1)`,
        webhook.destinations[0],
      );
    });
    expect(await webhook.status()).toMatchObject({ dead: 0, retrying: 0, waiting: 0 });
    expect((await send('GET', `${webhook.path}/events?delivery=dead`)).body.events).toEqual([]);
    const { body } = await send('GET', `${webhook.path}/events/1`);
    expect(body).toMatchObject({ delivery: null, deliveries: [{ delivery: 'redacted' }] });
  });
});

describe('a search', () => {
  it('takes an entity key as an event shows it, whatever characters it has', async () => {
    const { id, path } = await newWebhook();
    const unique_id = 'a b%3A:\u0001\n"ü"';
    await ingest(id, orderCreated(1, { unique_id }));
    const [entity_key = ''] = Object.values((await send('GET', `${path}/events/1`)).body.entity_keys ?? {});
    const query = new URLSearchParams({ entity_key: String(entity_key) });
    const { events } = (await send('GET', `${path}/events?${query}`)).body;
    expect(events).toMatchObject([{ sequence: 1 }]);
    expect((await send('POST', `${path}/redact`, { entity_key })).body).toMatchObject({ count: 1 });
  });

  it('has digests of its own for each webhook and place', async () => {
    const soughtBy = async (path: string, body: object) =>
      (await send('POST', `${path}/redact`, { body, dry_run: true })).body.sought?.body as Json;
    const [one, other] = [await newWebhook(), await newWebhook()];
    const first = await soughtBy(one.path, { '/a': 'x', '/b': 'x' });
    const second = await soughtBy(other.path, { '/a': 'x' });
    expect(new Set([first['/a'], first['/b'], second['/a']]).size).toBe(3);
    expect(await soughtBy(one.path, { '/b': 'x', '/a': 'x' })).toEqual(first);
  });

  it.each([
    [{}, ''],
    [{ entity_key: 'a', body: { '/a': 1 } }, ''],
    [{ body: {} }, '/body'],
    [{ body: { email: 'x' } }, '/body/email'],
    [{ body: { '/a': { b: 1 } } }, '/body/~1a'],
    [{ body: { '/a': ['secret-value'] } }, '/body/~1a'],
    [{ body: { '/a': 2 ** 53 } }, '/body/~1a'],
    [{ body: { '/a': 1 }, dry_run: true, redaction_id: 1 }, '/redaction_id'],
    [{ body: { '/a': 1 }, redaction_id: 7 }, '/redaction_id'],
    [{ entity_key: '' }, '/entity_key'],
  ])('is refused: %o', async (given, at) => {
    const { path } = await newWebhook();
    const { status, body, text } = await send('POST', `${path}/redact`, given);
    expect([status, body.errors?.[0]?.path]).toEqual([422, at]);
    expect(text).not.toContain('secret-value');
  });
});
