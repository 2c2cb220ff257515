import { describe, expect, it } from 'vitest';
import type { Prepared } from '../../../src/ingest/prepare';
import { type Answer, appendTogether } from '../../../src/ingest/shared-appends';
import type { AppendRequest } from '../../../src/log/contract/append';
import { range } from '../../support/sequence';
import { appendRequest, incomingEvent } from '../../support/webhook-record';

/** Calls that may be under way before requests wait. */
const MAX_CALLS = 4;

const refused = { kind: 'no_event', outcome: { kind: 'unverified', reason: 'missing' } } as const;

let webhooks = 0;
const accepted = (request: AppendRequest): Answer => ({
  kind: 'accepted',
  sequence: request.event.incrementId ?? 0,
  incrementId: request.event.incrementId,
});

/** A webhook's object whose calls end when the test says. */
function object() {
  const webhookId = ++webhooks;
  const calls: { requests: AppendRequest[]; end: (answers?: Answer[]) => void }[] = [];
  const kept: Promise<unknown>[] = [];
  const append = async (id: number, bodyBytes = 10) => {
    const request = appendRequest(await incomingEvent(id, { bodyBytes }));
    return appendPrepared(async () => ({ kind: 'event', request }), bodyBytes);
  };
  const appendPrepared = (prepare: () => Promise<Prepared>, bytes = 10) =>
    appendTogether(
      webhookId,
      { bytes, isShort: true, prepare },
      {
        send: requests => {
          const { promise, resolve } = Promise.withResolvers<Answer[]>();
          calls.push({ requests, end: (answers = requests.map(accepted)) => resolve(answers) });
          return promise;
        },
        waitUntil: promise => void kept.push(promise),
      },
    );
  /** Ids by call. */
  const carried = () => calls.map(({ requests }) => requests.map(({ event }) => event.incrementId));
  const allCarried = () =>
    carried()
      .flat()
      .toSorted((a, b) => Number(a) - Number(b));
  const begun = (count: number) => expect.poll(() => calls.length).toBe(count);
  /** Ends so many calls, in the order in which they were made. */
  const endInOrder = async (count: number) => {
    for (const index of range(0, count - 1)) {
      await expect.poll(() => calls.length).toBeGreaterThan(index);
      calls[index]?.end();
    }
  };
  return { append, appendPrepared, calls, carried, allCarried, begun, endInOrder, kept };
}

/** An object with as many calls under way as there may be, for the events 1 to 4. */
async function busyObject() {
  const busy = object();
  const leaders = range(1, MAX_CALLS).map(id => busy.append(id));
  await busy.begun(MAX_CALLS);
  return { ...busy, leaders };
}

/** All have come, and nothing more happens. */
const settled = () => scheduler.wait(50);

describe('appends to one webhook', () => {
  it('travel alone while few are under way', async () => {
    const { carried, calls, leaders } = await busyObject();
    expect(carried()).toEqual([[1], [2], [3], [4]]);
    for (const { end } of calls) end();
    expect(await Promise.all(leaders)).toMatchObject(range(1, 4).map(sequence => ({ sequence })));
  });

  it('travel together when many are, each with its own answer', async () => {
    const { append, carried, calls, begun, leaders } = await busyObject();
    const followers = range(5, 9).map(id => append(id));
    await settled();
    expect(calls).toHaveLength(MAX_CALLS);
    calls[2]?.end();
    expect(await leaders[2]).toMatchObject({ sequence: 3 });
    await begun(MAX_CALLS + 1);
    expect(carried()[4]?.toSorted()).toEqual(range(5, 9));
    calls[4]?.end();
    expect(await Promise.all(followers)).toMatchObject(range(5, 9).map(sequence => ({ sequence })));
    for (const { end } of calls) end();
  });

  it('are at most 64 and one MiB to a call; a larger one goes by itself', async () => {
    const { append, carried, calls, begun } = await busyObject();
    const small = range(5, 80).map(id => append(id));
    await settled();
    calls[0]?.end();
    await begun(5);
    expect(carried()[4]).toHaveLength(64);
    calls[4]?.end();
    calls[1]?.end();
    await begun(6);
    expect(carried()[5]).toHaveLength(12);
    calls[5]?.end();
    await Promise.all(small);
    for (const { end } of calls) end();

    const other = await busyObject();
    const large = [300_000, 900_000, 1_048_576, 10].map((bytes, index) => other.append(10 + index, bytes));
    await settled();
    for (let ended = 0; ended < other.carried().length; await settled()) {
      for (const { end } of other.calls.slice(ended, ended + 1)) end();
      ended++;
    }
    await Promise.all(large);
    for (const { requests } of other.calls) {
      const bytes = requests.reduce((sum, { event }) => sum + event.body.byteLength, 0);
      expect(requests.length === 1 || bytes <= 1024 * 1024).toBe(true);
    }
    expect(other.allCarried()).toEqual([1, 2, 3, 4, 10, 11, 12, 13]);
  });

  it('that fail together are told so one by one', async () => {
    const { append, calls, begun, leaders } = await busyObject();
    const followers = range(5, 7).map(id => append(id));
    await settled();
    calls[0]?.end(['unanswered']);
    expect(await leaders[0]).toBe('unanswered');
    await begun(5);
    const [first] = calls[4]?.requests ?? [];
    // An answer too few: nobody knows about the last.
    calls[4]?.end([null, first === undefined ? null : accepted(first)]);
    const answers = await Promise.all(followers);
    expect(answers.filter(answer => answer === null)).toHaveLength(1);
    expect(answers.filter(answer => answer === 'unanswered')).toHaveLength(1);
    for (const { end } of calls) end();
  });

  it.concurrent('do not wait for leaders that are gone: they go on by themselves, and so do all that come then', async () => {
    const { append, calls, begun, carried } = await busyObject();
    const followers = range(5, 6).map(id => append(id));
    expect(await Promise.all(followers)).toEqual(['unanswered', 'unanswered']);
    const next = append(7);
    await begun(MAX_CALLS + 1);
    expect(carried()[4]).toEqual([7]);
    calls[4]?.end();
    expect(await next).toMatchObject({ sequence: 7 });
    // Nobody carries again what went on by itself.
    calls[0]?.end();
    await settled();
    expect(calls).toHaveLength(MAX_CALLS + 1);
  });

  it.concurrent('that are under way are not sent again at once when the object is slow, but not waited for for ever', async () => {
    const { append, calls, begun } = await busyObject();
    const [slow, lost] = [append(5), append(6)];
    await settled();
    calls[0]?.end();
    await begun(MAX_CALLS + 1);
    const began = Date.now();
    await scheduler.wait(3000);
    const [first] = calls[4]?.requests ?? [];
    expect(first?.event.incrementId).toBe(5);
    const answered = Promise.race([slow, lost]);
    expect(await Promise.race([answered, scheduler.wait(50).then(() => 'waits')])).toBe('waits');
    expect(await lost).toBe('unanswered');
    expect(Date.now() - began).toBeGreaterThan(5000);
  });

  it('are not one request’s to pay for: after 64 requests one of those who wait leads', async () => {
    const { append, carried, allCarried, endInOrder, kept } = await busyObject();
    const count = 6 * 64;
    const followers = range(5, 4 + count).map(id => append(id));
    await settled();
    await endInOrder(4 + 6);
    const answers = await Promise.all(followers);
    expect(answers).toMatchObject(range(5, 4 + count).map(sequence => ({ sequence })));
    // Each of the four made one call for others; then two of those who waited led in turn.
    expect(carried().map(({ length }) => length)).toEqual([1, 1, 1, 1, 64, 64, 64, 64, 64, 64]);
    expect(allCarried()).toEqual(range(1, 4 + count));
    await Promise.all(kept);
  });

  it('whose leader stops while one waits alone are carried by that one', async () => {
    const { append, carried, calls, begun, endInOrder } = await busyObject();
    const followers = range(5, 4 + 4 * 64 + 1).map(id => append(id));
    await settled();
    await endInOrder(4 + 4 + 1);
    expect(await Promise.all(followers)).not.toContain('unanswered');
    expect(carried().at(-1)).toEqual([4 + 4 * 64 + 1]);
    // Nothing is left of the queue: the next one leads at once.
    const next = append(1000);
    await begun(10);
    calls[9]?.end();
    expect(await next).toMatchObject({ sequence: 1000 });
  });

  it('of a few at a time are no more than eight calls of one leader', async () => {
    const { append, calls, carried } = await busyObject();
    const answers: Promise<Answer>[] = [];
    // Each comes while the first leader is at its call before, so that all calls but three are that one's.
    for (let id = 5; id < 5 + 7; id++) {
      answers.push(append(id));
      await settled();
      calls[id === 5 ? 0 : id - 2]?.end();
      await settled();
    }
    expect(carried()).toEqual([[1], [2], [3], [4], [5], [6], [7], [8], [9], [10], [11]]);
    const next = append(12);
    await settled();
    calls[10]?.end();
    await settled();
    // The first one is done, and the other three are busy: the next to come leads, and takes along who waits.
    expect(calls).toHaveLength(11);
    const later = append(13);
    await settled();
    expect(carried().at(-1)?.toSorted()).toEqual([12, 13]);
    for (const { end } of calls) end();
    await Promise.all([...answers, next, later]);
  });

  it('that bring no event do not wait for the others’ call where they lead', async () => {
    const { append, appendPrepared, calls } = await busyObject();
    for (const id of range(5, 4 + 64 + 30)) void append(id);
    await settled();
    calls[0]?.end();
    await settled();
    // The first leader stops after 64, thirty wait, and three calls never end.
    calls[4]?.end();
    await settled();
    expect(await appendPrepared(async () => refused)).toEqual(refused);
    await settled();
    expect(calls).toHaveLength(6);
    for (const { end } of calls) end();
  });

  it('are prepared when their call is made, and those that bring no event are answered before it', async () => {
    const { append, appendPrepared, calls, carried, begun } = await busyObject();
    const broken = new Error('a fault of ours');
    let prepared = 0;
    const others = [
      appendPrepared(async () => {
        prepared++;
        return refused;
      }),
      appendPrepared(() => Promise.reject(broken)),
    ];
    const event = append(5);
    await settled();
    expect(prepared).toBe(0);
    calls[0]?.end();
    await begun(MAX_CALLS + 1);
    expect(prepared).toBe(1);
    expect(carried()[MAX_CALLS]).toEqual([5]);
    expect(await Promise.all(others)).toEqual([refused, { kind: 'broken', error: broken }]);
    calls[MAX_CALLS]?.end();
    expect(await event).toMatchObject({ sequence: 5 });
    for (const { end } of calls) end();
  });

  it('of which none brings an event make no call, and the next one leads', async () => {
    const { append, appendPrepared, calls, begun } = object();
    const answers = await Promise.all(range(1, 20).map(() => appendPrepared(async () => refused)));
    expect(answers).toEqual(Array(20).fill(refused));
    expect(calls).toHaveLength(0);
    const event = append(1);
    await begun(1);
    calls[0]?.end();
    expect(await event).toMatchObject({ sequence: 1 });
  });

  it('of different webhooks never meet', async () => {
    const [one, other] = [await busyObject(), object()];
    const answer = other.append(5);
    await other.begun(1);
    other.calls[0]?.end();
    expect(await answer).toMatchObject({ sequence: 5 });
    for (const { end } of one.calls) end();
  });

  it('keep their requests until everybody is answered', async () => {
    const { append, calls, kept } = await busyObject();
    const follower = append(5);
    await settled();
    expect(kept).toHaveLength(MAX_CALLS + 1);
    let ended = false;
    void Promise.all(kept).then(() => {
      ended = true;
    });
    for (const { end } of calls.slice(0, MAX_CALLS)) end();
    await settled();
    expect(ended).toBe(false);
    calls[4]?.end();
    await follower;
    await expect.poll(() => ended).toBe(true);
  });
});
