import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from 'vitest';
import { append } from '../../../src/ingest/append';
import type { Work } from '../../../src/ingest/prepare';
import type { AppendRequest, AppendResult } from '../../../src/log/contract/append';
import { range } from '../../support/sequence';
import { appendRequest, incomingEvent } from '../../support/webhook-record';

let log: MockInstance;
beforeEach(() => {
  log = vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => log.mockRestore());

const accepted = ({ event }: AppendRequest): AppendResult => ({
  kind: 'accepted',
  sequence: event.incrementId ?? 0,
  incrementId: event.incrementId,
});
const failure = (marks: object) => Object.assign(new Error('it failed: hunter2'), marks);

let webhooks = 0;

/** An object whose calls take a moment; `fails` throws for those that are to fail. */
function object(fails: (requests: AppendRequest[], call: number) => void = () => {}) {
  const id = 100_000 + ++webhooks;
  const calls: number[][] = [];
  const serve = async (requests: AppendRequest[]) => {
    calls.push(requests.map(({ event }) => event.incrementId ?? 0));
    const call = calls.length;
    await scheduler.wait(5);
    fails(requests, call);
    return requests.map(accepted);
  };
  const stub = {
    append: async (request: AppendRequest) => (await serve([request]))[0] ?? ({ kind: 'gone' } as const),
    appendAll: serve as (requests: AppendRequest[]) => Promise<(AppendResult | null)[]>,
  };
  const prepared = (work: Work) =>
    append(
      () => stub,
      () => {},
      id,
      work,
    );
  const send = async (number: number) => {
    const request = appendRequest(await incomingEvent(number));
    return prepared({ bytes: 10, isShort: true, prepare: async () => ({ kind: 'event', request }) });
  };
  return { stub, calls, send, prepared };
}

describe('an append', () => {
  it('is tried again on what the runtime calls retryable, twice at most', async () => {
    const once = object((_, call) => {
      if (call === 1) throw failure({ retryable: true });
    });
    expect(await once.send(1)).toMatchObject({ kind: 'accepted' });
    expect(once.calls).toEqual([[1], [1]]);

    const always = object(() => {
      throw failure({ retryable: true });
    });
    expect(await always.send(1)).toBeNull();
    expect(always.calls).toHaveLength(3);
    expect(JSON.stringify(log.mock.calls)).not.toContain('hunter2');
  });

  it.each([
    ['overloaded', { retryable: true, overloaded: true }],
    ['not retryable', {}],
  ])('is not tried again on what is %s, neither alone nor by those who shared the call', async (_, marks) => {
    const { send, calls } = object(() => {
      throw failure(marks);
    });
    expect(await Promise.all(range(1, 10).map(send))).toEqual(Array(10).fill(null));
    expect(calls.flat().toSorted((a, b) => a - b)).toEqual(range(1, 10));
    expect(calls.length).toBeLessThan(10);
    expect(log).toHaveBeenCalledTimes(calls.length);
  });

  it('that shared a call which failed retryably makes its own', async () => {
    const { send, calls } = object(requests => {
      if (requests.length > 1) throw failure({ retryable: true });
    });
    const answers = await Promise.all(range(1, 10).map(send));
    expect(answers).toMatchObject(range(1, 10).map(sequence => ({ kind: 'accepted', sequence })));
    expect(calls.some(({ length }) => length > 1)).toBe(true);
  });

  it('reaches an object of a release that takes them one by one', async () => {
    const { send, stub } = object();
    stub.appendAll = async () => {
      throw new TypeError('The RPC receiver does not implement the method "appendAll".');
    };
    const answers = await Promise.all(range(1, 10).map(send));
    expect(answers).toMatchObject(range(1, 10).map(sequence => ({ kind: 'accepted', sequence })));
  });

  it.each([true, false])(
    'is not made for a request without an event; a fault of ours is thrown in its own request (short: %s)',
    async isShort => {
      const { prepared, calls } = object();
      const refused = { kind: 'no_event', outcome: { kind: 'unverified', reason: 'mismatch' } } as const;
      const fault = new Error('a fault of ours');
      const work = { bytes: 10, isShort };
      expect(await prepared({ ...work, prepare: async () => refused })).toEqual(refused);
      await expect(prepared({ ...work, prepare: () => Promise.reject(fault) })).rejects.toBe(fault);
      expect(calls).toEqual([]);
    },
  );

  it('of what takes long is prepared by its own request, while others are under way', async () => {
    const { prepared, send, calls } = object();
    const leaders = range(1, 4).map(number => send(number));
    await expect.poll(() => calls.length).toBe(4);
    const request = appendRequest(await incomingEvent(5));
    let times = 0;
    const slow = prepared({
      bytes: 10,
      isShort: false,
      prepare: async () => {
        times++;
        return { kind: 'event', request };
      },
    });
    await Promise.resolve();
    expect(times).toBe(1);
    expect(await slow).toMatchObject({ kind: 'accepted', sequence: 5 });
    await Promise.all(leaders);
    expect(times).toBe(1);
  });

  it('of what takes long is not prepared again where its call is repeated', async () => {
    const { prepared, calls } = object((_, call) => {
      if (call === 1) throw failure({ retryable: true });
    });
    const request = appendRequest(await incomingEvent(1));
    let times = 0;
    const prepare = async () => {
      times++;
      return { kind: 'event', request } as const;
    };
    expect(await prepared({ bytes: 10, isShort: false, prepare })).toMatchObject({ kind: 'accepted' });
    expect(calls).toEqual([[1], [1]]);
    expect(times).toBe(1);
  });

  it('counts what a packed body became: a call has at most one MiB', async () => {
    const sizes: number[] = [];
    const { prepared } = object(requests => {
      sizes.push(requests.reduce((sum, { event }) => sum + event.body.byteLength, 0));
    });
    const requests = await Promise.all(
      range(1, 20).map(async number => appendRequest(await incomingEvent(number, { bodyBytes: 600 * 1024 }))),
    );
    const works = requests.map(request => ({
      bytes: 1000,
      isShort: false,
      prepare: async () => ({ kind: 'event', request }) as const,
    }));
    await Promise.all(works.map(prepared));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1024 * 1024);
  });
});
