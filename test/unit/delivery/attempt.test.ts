import { describe, expect, inject, it } from 'vitest';
import { PLATFORM_CLOCK } from '../../../src/clock';
import { attemptDelivery } from '../../../src/delivery/attempt';
import { Deadlines } from '../../../src/delivery/deadlines';
import type { OutgoingEvent } from '../../../src/delivery/outgoing';
import {
  type Echo,
  MISBEHAVIOURS,
  type Notes,
  REDIRECT_TARGETS,
  WRONG_RETRY_AFTER,
} from '../../support/chaos-behaviours';
import { eventOf, targetOf } from '../../support/deliveries';
import { range } from '../../support/sequence';

const chaos = inject('chaosUrl');
const now = () => Date.now();
const deadlines = new Deadlines(PLATFORM_CLOCK);
const deps = { fetch, now, deadlines, allowPrivate: true };

const attempt = (
  path: string,
  { timeoutMs = 20_000, ...event }: Partial<OutgoingEvent> & { timeoutMs?: number } = {},
) => attemptDelivery(targetOf(`${chaos}${path}`, { timeoutMs }), eventOf(event), deps);

/** Where many go at once, the receiver may take its time. */
const PATIENT = { timeoutMs: 1500 };

const notes = async (key: string): Promise<Notes> => (await fetch(`${chaos}/notes/${key}`)).json();

describe('what is sent', () => {
  it('is a POST of the same bytes, with both query strings', async () => {
    const echoes: Response[] = [];
    const body = Uint8Array.from({ length: 256 * 300 }, (_, index) => index);
    const target = targetOf(`${chaos}/echo?key=1#part`);
    const event = eventOf({ body, query: 'eventtype=a%20b', headers: [['content-encoding', 'gzip']] });
    await attemptDelivery(target, event, {
      ...deps,
      fetch: async (input, init) => {
        const response = await fetch(input, init);
        echoes.push(response.clone());
        return response;
      },
    });
    const echo: Echo | undefined = await echoes[0]?.json();
    expect(echo?.method).toBe('POST');
    expect(echo?.target).toBe('/echo?key=1&eventtype=a%20b');
    expect(echo?.body).toBe(body.toBase64());
    const names = echo?.rawHeaders.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase());
    expect(names).toEqual(
      expect.arrayContaining(['webhook-signature', 'content-encoding', 'content-length']),
    );
    expect(names).not.toContain('content-type');
    expect(names).not.toContain('transfer-encoding');
  });

  it('is nothing to a URL that is not allowed', async () => {
    const result = await attemptDelivery(targetOf(`${chaos}/answer?key=refused`), eventOf(), {
      ...deps,
      allowPrivate: false,
    });
    expect(result).toMatchObject({
      outcome: 'failed',
      status: null,
      error: 'refused_url',
    });
    expect((await notes('refused')).requests).toBe(0);
  });
});

describe('the status decides', () => {
  it.each([200, 201, 202, 204, 299])('%d is delivered', async status => {
    expect(await attempt(`/answer?status=${status}`)).toMatchObject({
      outcome: 'delivered',
      status,
      error: null,
    });
  });

  it.each([300, 301, 302, 303, 304, 307, 308])('%d is a redirect, not followed', async status => {
    const result = await attempt(`/answer?status=${status}&location=/answer?key=followed`);
    expect(result).toMatchObject({ outcome: 'failed', status, error: 'redirect' });
    expect((await notes('followed')).requests).toBe(0);
  });

  it.each([400, 401, 404, 410, 429, 500, 503, 600, 999])('%d is a failure', async status => {
    expect(await attempt(`/answer?status=${status}`)).toMatchObject({
      outcome: 'failed',
      status,
      error: 'status',
    });
  });

  it('of every other kind is what its class says', async () => {
    const statuses = range(200, 599);
    const results = await Promise.all(statuses.map(status => attempt(`/answer?status=${status}`, PATIENT)));
    for (const [index, { outcome, status, error }] of results.entries()) {
      const expected = statuses[index] ?? 0;
      const kind = expected < 300 ? null : expected < 400 ? 'redirect' : 'status';
      const delivered = kind === null ? 'delivered' : 'failed';
      expect({ outcome, status, error }).toEqual({ outcome: delivered, status: expected, error: kind });
    }
  });

  it.each(REDIRECT_TARGETS)('a redirect to %s is not followed', async to => {
    const result = await attempt(`/redirect?to=${encodeURIComponent(to)}`);
    expect(result).toMatchObject({ outcome: 'failed', status: 302, error: 'redirect' });
  });

  it('101 is a failure: nobody asked for another protocol', async () => {
    expect(await attempt('/switching')).toMatchObject({ outcome: 'failed' });
  });
});

describe('Retry-After', () => {
  it.each([
    [503, '7', 7000],
    [429, '7', 7000],
    [429, 'later', null],
    [429, '9999999', 86_400_000],
    [500, '7', null],
    [200, '7', null],
  ])('on %d of %j is %d', async (status, retryAfter, expected) => {
    const result = await attempt(`/answer?status=${status}&retry_after=${retryAfter}`);
    expect(result.retryAfterMs).toBe(expected);
  });

  it.each(WRONG_RETRY_AFTER)('of %j says nothing', async value => {
    const { retryAfterMs } = await attempt(`/answer?status=503&retry_after=${encodeURIComponent(value)}`);
    expect(retryAfterMs).toBeNull();
  });

  it('may be a date', async () => {
    const date = new Date(Date.now() + 60_000).toUTCString();
    const before = Date.now();
    const { retryAfterMs } = await attempt(`/answer?status=503&retry_after=${encodeURIComponent(date)}`);
    expect(retryAfterMs).toBeGreaterThanOrEqual(Date.parse(date) - Date.now());
    expect(retryAfterMs).toBeLessThanOrEqual(Date.parse(date) - before);
  });
});

describe('a receiver that misbehaves costs its own attempt, and no more', () => {
  it.each(['/hang', '/drip-headers'])('%s: timeout', async path => {
    const result = await attempt(path, { timeoutMs: 400 });
    expect(result).toMatchObject({ outcome: 'failed', status: null, error: 'timeout' });
    expect(result.durationMs).toBeGreaterThanOrEqual(390);
  });

  it.each(['/reset', '/close', '/garbage', '/big-header?bytes=10000000'])('%s: connection', async path => {
    expect(await attempt(path)).toMatchObject({ outcome: 'failed', status: null, error: 'connection' });
  });

  it.each(['http://127.0.0.1:1/', 'http://127.0.0.1:0/', 'http://nowhere.invalid/'])(
    '%s: connection',
    async url => {
      const result = await attemptDelivery(targetOf(url), eventOf(), deps);
      expect(result).toMatchObject({ outcome: 'failed', error: 'connection' });
    },
  );

  it('a header of 100 KB is nothing special', async () => {
    expect(await attempt('/big-header?bytes=100000')).toMatchObject({ outcome: 'delivered', status: 200 });
  });

  it.each(['/hang-in-body', '/reset-in-body', '/drip'])(
    '%s: a 2xx stays delivered, another status stays a failure',
    async path => {
      expect(await attempt(path)).toMatchObject({
        outcome: 'delivered',
        status: 200,
        error: null,
      });
      expect(await attempt(`${path}?status=500`)).toMatchObject({
        outcome: 'failed',
        status: 500,
        error: 'status',
      });
    },
  );

  it('whatever it does, a delivery is what its first status says', async () => {
    const results = await Promise.all(MISBEHAVIOURS.map(({ path }) => attempt(path, PATIENT)));
    const outcomes = results.map(({ outcome }, index) => `${MISBEHAVIOURS[index]?.path} ${outcome}`);
    expect(outcomes).toEqual(
      MISBEHAVIOURS.map(({ path, delivered }) => `${path} ${delivered ? 'delivered' : 'failed'}`),
    );
  });

  it('waits a second for a body, however long the timeout', async () => {
    const { durationMs } = await attempt('/drip', { timeoutMs: 30_000 });
    expect(durationMs).toBeGreaterThanOrEqual(990);
    expect(durationMs).toBeLessThan(15_000);
  });

  it.each([200, 500])('takes 4 KiB of a gigabyte and lets the connection go (%d)', async status => {
    const result = await attempt(`/huge?status=${status}&key=huge-${status}`);
    expect(result.status).toBe(status);
    await expect.poll(async () => (await notes(`huge-${status}`)).closed).toBe(true);
    // What fits the sockets' buffers, not what there was.
    expect((await notes(`huge-${status}`)).sentBytes).toBeLessThan(32 * 1024 * 1024);
  });
});

describe('never throws', () => {
  const withFetch = (broken: typeof fetch) =>
    attemptDelivery(targetOf('https://a.example/'), eventOf(), { ...deps, fetch: broken });

  it('when fetch throws, at once or later', async () => {
    const connection = { outcome: 'failed', status: null, error: 'connection' };
    expect(
      await withFetch(() => {
        throw new TypeError('no');
      }),
    ).toMatchObject(connection);
    expect(await withFetch(() => Promise.reject(new Error('no')))).toMatchObject(connection);
  });

  it('when a secret does not decode or a header is invalid', async () => {
    const failed = await attemptDelivery(
      targetOf(`${chaos}/answer`, { secrets: ['whsec_!'] }),
      eventOf(),
      deps,
    );
    expect(failed).toMatchObject({ outcome: 'failed', status: null, error: 'connection' });
    const extraHeaders: [string, string][] = [
      ['x bad', '1'],
      ['x-bad', '1\r\n2'],
    ];
    const sent = await attemptDelivery(targetOf(`${chaos}/answer`, { extraHeaders }), eventOf(), deps);
    expect(sent.outcome).toBe('delivered');
  });

  it('when a body fails to be read or cancelled', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: controller => controller.enqueue(new Uint8Array(5000)),
      cancel: () => {
        throw new Error('no');
      },
    });
    expect(await withFetch(async () => new Response(body))).toMatchObject({ outcome: 'delivered' });
  });

  it('takes its times from the clock it is given', async () => {
    const times = [1000, 1000, 1250];
    const result = await attemptDelivery(targetOf('https://a.example/'), eventOf(), {
      allowPrivate: false,
      deadlines,
      now: () => times.shift() ?? 1250,
      fetch: async () => new Response('ok'),
    });
    expect(result).toEqual({
      outcome: 'delivered',
      status: 200,
      error: null,
      at: 1000,
      durationMs: 250,
      retryAfterMs: null,
    });
  });
});
