/** What is authentic and cannot be accepted as it is waits in quarantine: known, counted, released or corrected. */
import { describe, expect, it } from 'vitest';
import { ingest, newWebhook, orderCreated, send } from '../../support/rest';
import { useStandingClock, wait } from '../../support/standing-clock';
import { invalid, newObject, SHORT, short } from '../../support/webhook-object';

describe('quarantine', () => {
  useStandingClock();

  it('keeps an id with other bytes, once', async () => {
    const { send, stub, status } = await newObject();
    await send(1);
    expect(await send(1, { body: 'other' })).toMatchObject({
      kind: 'quarantined',
      sequence: 2,
      incrementId: 1,
    });
    expect(short(await send(1, { body: 'other' }))).toBe('duplicate 2');
    expect(short(await send(1))).toBe('duplicate 1');
    expect(await stub.event(2)).toMatchObject({ status: 'quarantined', reason: 'conflict', epoch: null });
    expect(await status()).toMatchObject({ counters: { accepted: 1, quarantined: 1, duplicate: 2 } });
  });

  it('counts the id of an invalid event as received, takes its retry for one, and its correction', async () => {
    const { send, gaps, alarm, evict, stub } = await newObject();
    await send(1);
    expect(short(await send(2, invalid))).toBe('quarantined 2');
    await send(3);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual([]);
    expect(short(await send(2, invalid))).toBe('duplicate 2');
    // Valid by a newer schema: still the same event, which waits for its release.
    expect(short(await send(2))).toBe('duplicate 2');
    await evict();
    expect(short(await send(2, invalid))).toBe('duplicate 2');
    expect(short(await send(2, { body: 'corrected' }))).toBe('accepted 4');
    expect(short(await send(2, { body: 'corrected' }))).toBe('duplicate 4');
    expect(await stub.release(2)).toMatchObject({ kind: 'accepted', sequence: 2 });
    expect(short(await send(2, { body: 'corrected' }))).toBe('duplicate 4');
  });

  it('is left by release, once, and the id stays known', async () => {
    const { send, stub, status, evict } = await newObject();
    await send(1, invalid);
    expect(await stub.release(1)).toEqual({ kind: 'accepted', sequence: 1, incrementId: 1 });
    expect(await stub.release(1)).toEqual({ kind: 'not_quarantined', wasLetGo: true });
    expect(await stub.release(2)).toEqual({ kind: 'not_found' });
    expect(await status()).toMatchObject({ counters: { accepted: 1, quarantined: 0 } });
    await evict();
    expect(short(await send(1, invalid))).toBe('duplicate 1');
    expect(await status()).toMatchObject({ counters: { accepted: 1, quarantined: 0 } });
  });

  it('is left by a conflict for good: in the numbering that has it after all, other bytes are a conflict again', async () => {
    const { stub, sendAll } = await newObject({ sequence: SHORT });
    await sendAll([1, 2, 3, 4, 5]);
    wait(61_000);
    const answers = await sendAll([2], { numbering: 'second' });
    expect(await stub.release(6)).toMatchObject({ kind: 'accepted' });
    wait(2000);
    answers.push(...(await sendAll([1, 2, 3], { numbering: 'second' })));
    answers.push(...(await sendAll([2], { numbering: 'third' })));
    expect(answers).toEqual(['quarantined 6', 'accepted 7', 'duplicate 6', 'accepted 8', 'quarantined 9']);
  });

  it('is no part of a webhook that rejects: a 422 counts as not received', async () => {
    const { send, gaps, alarm, status } = await newObject({ onInvalid: 'reject' });
    await send(1);
    expect(await send(2, invalid)).toMatchObject({ kind: 'rejected' });
    await send(3);
    wait(60_000);
    await alarm();
    expect(await gaps()).toEqual(['2-2 open']);
    expect(await status()).toMatchObject({ counters: { accepted: 2, quarantined: 0 } });
  });
});

describe('an event in quarantine', () => {
  it('is on its way to nobody, says so, and is let out once', async () => {
    const destinations = [{ url: 'https://app.example.com/hooks', is_active: 0 }];
    const { id, path } = await newWebhook({ destinations });
    await ingest(id, JSON.stringify({ topic: 'order:created', message: { webhook_increment_id: 'x' } }));
    await ingest(id, orderCreated(1));
    const deliveries = async () => (await send('GET', `${path}/events/1`)).body.deliveries;
    const release = async (sequence: number) => {
      const { status, body } = await send('POST', `${path}/events/${sequence}/release`);
      return `${status} ${body.detail ?? body.status}`;
    };
    expect(await deliveries()).toMatchObject([{ delivery: 'quarantined', attempts: 0 }]);
    expect(await release(1)).toBe('200 accepted');
    expect(await deliveries()).toMatchObject([{ delivery: 'paused' }]);
    expect(await release(1)).toMatch(/^409 The event was let go before/);
    expect(await release(2)).toMatch(/^409 The event was never held back/);
  });
});

describe('an erased event', () => {
  it('is not let out of quarantine', async () => {
    const { id, path } = await newWebhook();
    const invalid = JSON.stringify({ topic: 'order:created', message: { webhook_increment_id: 'x' } });
    expect((await ingest(id, invalid)).body).toMatchObject({ status: 'quarantined' });
    await send('DELETE', `${path}/events/1/body`);
    const { status, body } = await send('POST', `${path}/events/1/release`);
    expect({ status, detail: body.detail }).toEqual({
      status: 409,
      detail: 'The body of this event was erased.',
    });
    expect((await send('GET', `${path}/events/1`)).body).toMatchObject({ status: 'quarantined' });
  });
});
