/**
 * A webhook that goes back to an earlier moment: what it is then, and what everyone around it finds. The platform's API is replaced
 * (`recoverable.ts`), except where it is shown that it is not there.
 */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { objectOf } from '../../src/log/stub';
import { findRecord } from '../../src/subscriptions/store';
import { Box } from '../support/in-worker';
import { RecoverableObject } from '../support/recoverable';
import { ingest, newWebhook, orderCreated, send } from '../support/rest';

/** A webhook that is more than a minute old, so that every time since can be asked for. */
async function recoverable(given: object = {}) {
  const { id, path } = await newWebhook(given);
  const object = new RecoverableObject(id);
  await object.arm();
  const bookmark = async () => (await send('GET', `${path}/bookmark`)).body;
  return { id, path, object, bookmark };
}

const accept = async (id: number, ...numbers: number[]) => {
  const answers: string[] = [];
  for (const number of numbers) {
    const { body } = await ingest(id, orderCreated(number));
    answers.push(`${body.status} ${body.sequence}`);
  }
  return answers;
};

const sequencesOf = async (path: string): Promise<number[]> => {
  const { body } = await send('GET', `${path}/events`);
  return Object.values(body.events ?? {}).map(({ sequence }) => Number(sequence));
};

/** Later than the moment before, by its clock. */
const aMoment = () => scheduler.wait(5);

describe('going back', () => {
  it('takes out of the log what came since, says what, and gives no sequence twice', async () => {
    const { id, path, bookmark } = await recoverable();
    await accept(id, 1, 2, 3);
    await aMoment();
    const point = await bookmark();
    expect(point).toMatchObject({ last_sequence: 3, lost: null, settings_go_back: false });
    await aMoment();
    await accept(id, 4, 5);

    const wish = { at: point.at, bookmark: point.bookmark };
    const query = new URLSearchParams({ at: String(point.at), bookmark: String(point.bookmark) });
    const plan = await send('GET', `${path}/bookmark?${query}`);
    expect(plan.body).toMatchObject({ bookmark: point.bookmark, lost: { from: 4, to: 5 }, last_sequence: 5 });
    expect(await sequencesOf(path)).toEqual([1, 2, 3, 4, 5]);

    const { status, body } = await send('POST', `${path}/restore`, wish);
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'restored', lost: { from: 4, to: 5 }, last_sequence: 5 });
    // Its own log went back as well, and says so.
    expect((await send('GET', `${path}/audit`)).body.entries?.[0]).toMatchObject({
      ...{ operation: 'restoreWebhook', by: 'admin', facts: { last_sequence: 5 } },
    });
    expect(await sequencesOf(path)).toEqual([1, 2, 3]);
    // 5 was received, and is not in the log: it is new. 3 is known.
    expect(await accept(id, 3, 5, 6)).toEqual(['duplicate 3', 'accepted 6', 'accepted 7']);
    expect((await send('GET', `${path}/status`)).body).toMatchObject({ last_sequence: 7 });
  });

  it('can be undone', async () => {
    const { id, path, object, bookmark } = await recoverable();
    await accept(id, 1);
    await aMoment();
    const point = await bookmark();
    await aMoment();
    await accept(id, 2, 3);
    const { body } = await send('POST', `${path}/restore`, { at: point.at, bookmark: point.bookmark });
    expect(await accept(id, 4)).toEqual(['accepted 4']);
    await object.arm();
    const undone = await send('POST', `${path}/restore`, body.undo);
    expect(undone.body).toMatchObject({ state: 'restored', lost: { from: 4, to: 4 }, last_sequence: 4 });
    expect(await sequencesOf(path)).toEqual([1, 2, 3]);
    expect(await accept(id, 2, 4)).toEqual(['duplicate 2', 'accepted 5']);
  });

  it('brings settings back, under a version that nobody has seen, and into KV', async () => {
    const { id, path, bookmark } = await recoverable({ name: 'as it was' });
    const point = await bookmark();
    await aMoment();
    await send('PATCH', path, { name: 'a mistake' });
    await send('PATCH', path, { topics: 'product:*' });
    // The edge knows the later record.
    expect((await ingest(id, orderCreated(1))).body.status).toBe('ignored');
    const query = new URLSearchParams({ at: String(point.at), bookmark: String(point.bookmark) });
    expect((await send('GET', `${path}/bookmark?${query}`)).body.settings_go_back).toBe(true);

    await send('POST', `${path}/restore`, { at: point.at, bookmark: point.bookmark });
    expect((await send('GET', path)).body).toMatchObject({ name: 'as it was', topics: ['*'] });
    const record = await objectOf(env, { id, jurisdiction: null }).getRecord();
    expect(record?.version).toBeGreaterThan(3);
    await expect
      .poll(async () => findRecord(env.SUBSCRIPTIONS, id))
      .toMatchObject({ value: { name: 'as it was', version: record?.version } });
    expect((await ingest(id, orderCreated(2))).body.status).toBe('accepted');
  });

  it('delivers again what was delivered since, and new events under new ids', async () => {
    const box = new Box();
    const { id, path, object, bookmark } = await recoverable({
      destinations: [{ url: box.url, is_active: 0 }],
    });
    await accept(id, 1);
    await aMoment();
    const point = await bookmark();
    await aMoment();
    const { body: webhook } = await send('GET', path);
    const [destination] = Object.values(webhook.destinations ?? {});
    const activate = () =>
      send('PATCH', `${path}/destinations/${destination?.destination_id}`, { is_active: 1 });
    await activate();
    await accept(id, 2);
    await box.whenKept(2);

    await send('POST', `${path}/restore`, { at: point.at, bookmark: point.bookmark });
    // The restore took the alarm away, and there is work: retention.
    expect(await object.alarmAt()).not.toBeNull();
    expect((await send('GET', path)).body.destinations).toMatchObject([{ is_active: false }]);
    await activate();
    await accept(id, 3);
    const kept = (await box.whenKept(4)).map(({ headers }) => headers);
    expect(kept.map(headers => headers['ce-sequence'])).toEqual(['1', '2', '1', '3']);
    expect(kept[2]?.['webhook-id']).toBe(kept[0]?.['webhook-id']);
    expect(new Set(kept.map(headers => headers['webhook-id'])).size).toBe(3);
    // The destination is not told of a hole that its own feed does not have.
    expect(kept[3]?.['gapless-previous']).toBe('1');
  });

  it('is truthful about ids: what is not in the log is missing, and a consumer goes on where it was', async () => {
    const { id, path, bookmark } = await recoverable({ sequence: { grace_seconds: 0 } });
    await accept(id, 1);
    await aMoment();
    const point = await bookmark();
    await aMoment();
    await accept(id, 2, 3);
    // One that is let go late has a place in the feed of its own.
    expect((await ingest(id, '{"topic":"order:created"}')).body).toMatchObject({ status: 'quarantined' });
    await send('POST', `${path}/events/4/release`);
    const cursor = (await send('GET', `${path}/feed`)).body.cursor;
    expect(cursor).toBe('4.1');
    await send('POST', `${path}/restore`, { at: point.at, bookmark: point.bookmark });
    expect(await accept(id, 4)).toEqual(['accepted 5']);
    expect((await ingest(id, '{"topic":"order:changed"}')).body).toMatchObject({ sequence: 6 });
    await send('POST', `${path}/events/6/release`);
    const open = async () => (await send('GET', `${path}/gaps?status=open`)).body.gaps;
    await expect.poll(open).toMatchObject([{ from: 2, to: 3 }]);
    const feed = await send('GET', `${path}/feed?after=${cursor}`);
    expect(feed.body.events).toMatchObject([{ sequence: 5, increment_id: 4 }, { sequence: 6 }]);
  });

  it('makes good at the edge where the object was not told to go on', async () => {
    const { id, path, bookmark } = await recoverable({ name: 'first' });
    const point = await bookmark();
    await aMoment();
    for (const name of ['second', 'third']) await send('PATCH', path, { name });
    expect((await accept(id, 1)).length).toBe(1);
    // Only the object: no one resumes it.
    const object = objectOf(env, { id, jurisdiction: null });
    const at = Date.parse(String(point.at));
    const begun = await object.recover({ what: 'restore', at, bookmark: String(point.bookmark) });
    expect(begun.kind).toBe('restoring');
    // What it took now would be lost, so it takes nothing: the provider tries again.
    expect((await ingest(id, orderCreated(2))).status).toBe(503);
    const name = async () => (await send('GET', path)).body.name;
    await expect.poll(name, { interval: 200 }).toBe('first');
    expect((await ingest(id, orderCreated(2))).body).toMatchObject({ status: 'accepted' });
    expect((await objectOf(env, { id, jurisdiction: null }).getRecord())?.version).toBeGreaterThan(3);
  });
});

describe('a moment', () => {
  it.each([
    ['in the future', { at: '2999-01-01T00:00:00Z' }, 422, '/at must be '],
    ['of 31 days ago', { at: new Date(Date.now() - 31 * 86_400_000).toISOString() }, 422, '/at must be '],
    ['that is no time', { at: 'yesterday' }, 422, '/at must be a time like'],
    ['that is left out', {}, 422, '/at is required'],
    ['with a bookmark of another', { bookmark: 'foreign' }, 409, 'no such bookmark'],
  ])('%s is refused, and changes nothing', async (_what, given, status, words) => {
    const { id, path } = await recoverable();
    await accept(id, 1);
    const wish = 'bookmark' in given ? { ...given, at: new Date().toISOString() } : given;
    const answer = await send('POST', `${path}/restore`, wish);
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(words)]);
    expect(await accept(id, 2)).toEqual(['accepted 2']);
  });

  it('right after the webhook was made needs a bookmark: a time near it could be before', async () => {
    const { path } = await recoverable();
    const answer = await send('POST', `${path}/restore`, { at: new Date().toISOString() });
    expect([answer.status, answer.text]).toEqual([422, expect.stringContaining('a minute after')]);
  });

  it('is for the admin token alone', async () => {
    const { path } = await recoverable();
    const { body } = await send('POST', '/v1/tokens', { name: 'writer', scope: 'write' });
    const headers = { authorization: `Bearer ${body.token}` };
    expect((await send('GET', `${path}/bookmark`, undefined, headers)).status).toBe(403);
    expect((await send('POST', `${path}/restore`, { at: '2026-01-01T00:00:00Z' }, headers)).status).toBe(403);
  });
});

describe('this runtime', () => {
  it('has no point-in-time recovery, and the answer says so and what to do', async () => {
    const { id, path } = await newWebhook();
    await accept(id, 1);
    const at = new Date().toISOString();
    const answers = [
      await send('GET', `${path}/bookmark`),
      await send('POST', `${path}/restore`, { at, bookmark: '00000000-00000000-00000000-0' }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(501);
      expect(body.type).toBe('urn:gapless:problem:not-supported');
      expect(body.detail).toContain('copy the folder');
    }
    expect(await accept(id, 2)).toEqual(['accepted 2']);
  });
});
