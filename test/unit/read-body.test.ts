import { afterEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../../src/limits';
import { MemoryBudget } from '../../src/memory/budget';
import { readBody as readInto } from '../../src/read-body';

const MAX = 1000;
/** In an isolate that has nothing else to do. */
const readBody = (request: Request, limit: number) =>
  readInto(request, new MemoryBudget().requests.share(), limit);
const post = (body: BodyInit | null, headers?: HeadersInit) =>
  new Request('https://gw.example.com', {
    method: 'POST',
    body,
    ...(headers === undefined ? {} : { headers }),
  });

function streamOf(pieces: Iterable<Uint8Array>): ReadableStream<Uint8Array> {
  const left = Iterator.from(pieces);
  return new ReadableStream({
    pull(controller) {
      const { done, value } = left.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

afterEach(() => vi.useRealTimers());

describe('a body', () => {
  it.each([1, 7, 999, 1000])('is read in pieces of %i bytes, to its last byte', async size => {
    const bytes = crypto.getRandomValues(new Uint8Array(MAX));
    const pieces = Array.from({ length: Math.ceil(MAX / size) }, (_, index) =>
      bytes.slice(index * size, (index + 1) * size),
    );
    expect(await readBody(post(streamOf(pieces)), MAX)).toEqual({ ok: true, value: bytes });
    const empty = new Uint8Array();
    expect(await readBody(post(streamOf([empty, ...pieces, empty])), MAX)).toEqual({
      ok: true,
      value: bytes,
    });
  });

  it('may outgrow what is set aside at first', async () => {
    const bytes = new Uint8Array(LIMITS.MAX_BODY_BYTES).map((_, index) => index);
    const pieces = [bytes.subarray(0, 5), bytes.subarray(5, 300_000), bytes.subarray(300_000)];
    const read = await readBody(post(streamOf(pieces)), LIMITS.MAX_BODY_BYTES);
    expect(read.ok && read.value.every((byte, index) => byte === bytes[index])).toBe(true);
    expect(read.ok && read.value.length).toBe(bytes.length);
    const longer = [...pieces, new Uint8Array(1)];
    const tooLarge = { ok: false, error: 'too_large' };
    expect(await readBody(post(streamOf(longer)), LIMITS.MAX_BODY_BYTES)).toEqual(tooLarge);
  });

  it('keeps no more memory than its own, in however many pieces it comes', async () => {
    const read = await readBody(post(streamOf([new Uint8Array(10), new Uint8Array(3)])), MAX);
    expect(read.ok && read.value.buffer.byteLength).toBe(13);
  });

  it('may come in many pieces, but not in any number', async () => {
    const most = LIMITS.MAX_BODY_PIECES;
    const pieces = (count: number) => streamOf(Array.from({ length: count }, () => new Uint8Array(1)));
    expect((await readBody(post(pieces(most)), LIMITS.MAX_BODY_BYTES)).ok).toBe(true);
    const refused = { ok: false, error: 'interrupted' };
    expect(await readBody(post(pieces(most + 1)), LIMITS.MAX_BODY_BYTES)).toEqual(refused);
  });

  it('is refused while too many others are unfinished, unless it is small', async () => {
    vi.useFakeTimers();
    const { requests } = new MemoryBudget();
    const half = LIMITS.MAX_BODY_BYTES / 2;
    const unfinished = (bytes: number) =>
      new ReadableStream<Uint8Array>({ start: controller => controller.enqueue(new Uint8Array(bytes)) });
    const read = async (body: BodyInit, headers?: HeadersInit) => {
      const share = requests.share();
      const result = await readInto(post(body, headers), share, LIMITS.MAX_BODY_BYTES);
      if (result.ok) expect(requests.bytes).toBeGreaterThanOrEqual(result.value.buffer.byteLength);
      share.end();
      return result;
    };
    const refused = { ok: false, error: 'memory_full' };
    const count = LIMITS.MAX_UNFINISHED_BYTES / half;
    const begun = Array.from({ length: count }, () => read(unfinished(half)));
    await vi.advanceTimersByTimeAsync(1);
    expect(requests.bytes).toBe(LIMITS.MAX_UNFINISHED_BYTES);
    expect(await read(unfinished(half))).toEqual(refused);
    expect(await read(new Uint8Array(half), { 'content-length': `${half}` })).toEqual(refused);
    const small = new Uint8Array(LIMITS.SMALL_BODY_BYTES);
    expect(await read(small, { 'content-length': `${small.length}` })).toEqual({ ok: true, value: small });
    expect(await read(streamOf([small]))).toEqual({ ok: true, value: small });
    await vi.advanceTimersByTimeAsync(LIMITS.MAX_BODY_READ_MS);
    expect(new Set((await Promise.all(begun)).map(({ ok }) => ok))).toEqual(new Set([false]));
    expect(requests.bytes).toBe(0);
    expect((await read(streamOf([new Uint8Array(half)]))).ok).toBe(true);
  });

  it('counts while it is small, too', async () => {
    const budget = new MemoryBudget({ requests: 2 * LIMITS.SMALL_BODY_BYTES, unfinished: 0 });
    const small = new Uint8Array(LIMITS.SMALL_BODY_BYTES);
    const ways: [BodyInit, HeadersInit][] = [
      [small, { 'content-length': `${small.length}` }],
      [streamOf([small.subarray(1)]), {}],
    ];
    const shares = ways.map(() => budget.requests.share());
    for (const [index, [body, headers]] of ways.entries()) {
      const share = shares[index] ?? budget.requests.share();
      expect((await readInto(post(body, headers), share, LIMITS.MAX_BODY_BYTES)).ok).toBe(true);
    }
    expect(budget.bytes).toBe(2 * small.length - 1);
    const next = readInto(
      post(small, { 'content-length': `${small.length}` }),
      budget.requests.share(),
      LIMITS.MAX_BODY_BYTES,
    );
    expect(await next).toEqual({ ok: false, error: 'memory_full' });
    for (const share of shares) share.end();
    expect(budget.bytes).toBe(0);
  });

  it('that does not end in time is interrupted, and its stream ended', async () => {
    vi.useFakeTimers();
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      start: controller => controller.enqueue(new Uint8Array(3)),
      cancel: () => {
        cancelled = true;
      },
    });
    const reading = readBody(post(endless), MAX);
    await vi.advanceTimersByTimeAsync(LIMITS.MAX_BODY_READ_MS - 1);
    expect(cancelled).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await reading).toEqual({ ok: false, error: 'interrupted' });
    expect(cancelled).toBe(true);
  });

  it('that was announced and does not come is interrupted as well', async () => {
    vi.useFakeTimers();
    const waits = { arrayBuffer: () => new Promise<ArrayBuffer>(() => {}) };
    const headers = new Headers({ 'content-length': `${LIMITS.SMALL_BODY_BYTES + 1}` });
    const reading = readBody({ ...waits, headers } as Request, LIMITS.MAX_BODY_BYTES);
    await vi.advanceTimersByTimeAsync(LIMITS.MAX_BODY_READ_MS);
    expect(await reading).toEqual({ ok: false, error: 'interrupted' });
  });

  it('there is none of is empty', async () => {
    expect(await readBody(post(null), MAX)).toEqual({ ok: true, value: new Uint8Array() });
  });
});
