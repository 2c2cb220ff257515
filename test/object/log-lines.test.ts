/** What operators see of what goes wrong: a line for each, with its request or its webhook, and no secret in any. */
import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { logCallFailure } from '../../src/call-failure';
import { HOUR } from '../support/durations';
import { ingest, newWebhook, ORIGIN, orderCreated, send } from '../support/rest';
import { fails } from '../support/simulation/replies';
import { scene } from '../support/simulation/scene';
import { destinationRecord } from '../support/simulation/world';

let lines: Record<string, unknown>[];
beforeEach(() => {
  lines = [];
  for (const level of ['error', 'warn', 'info'] as const) {
    vi.spyOn(console, level).mockImplementation(line => void lines.push(JSON.parse(String(line))));
  }
});
afterEach(() => vi.restoreAllMocks());

const named = (name: string) => lines.filter(({ event }) => event === name);

describe('a request', () => {
  it('has one id in its lines and in its problem answer: that of Cloudflare, where it is one', async () => {
    const { id } = await newWebhook();
    const post = async (ray: string) => {
      const init = { method: 'POST', body: '{}', headers: { 'cf-ray': ray } };
      const response = await exports.default.fetch(new Request(`${ORIGIN}/in/${id}`, init));
      const { request_id } = (await response.json()) as { request_id: string };
      return request_id;
    };
    expect(await post('8f3b2a1c9d4e5f60-FRA')).toBe('8f3b2a1c9d4e5f60-FRA');
    const made = await post('"}{ not a ray');
    expect(made).toMatch(/^[0-9a-f-]{36}$/);
    expect(named('unverified')).toEqual([
      expect.objectContaining({
        request_id: '8f3b2a1c9d4e5f60-FRA',
        webhook_id: id,
        reason: expect.any(String),
      }),
      expect.objectContaining({ request_id: made, webhook_id: id }),
    ]);
  });

  it.each([
    ['POST', '/v1/webhooks', 422],
    ['GET', '/v1/webhooks/4711', 404],
    ['GET', '/nowhere', 404],
    ['DELETE', '/in/4711', 405],
  ])('has it in every problem answer: %s %s %d', async (method, path, expected) => {
    const { status, body } = await send(method, path, method === 'POST' ? {} : undefined);
    expect([status, String(body.request_id).length]).toEqual([expected, 36]);
  });

  it('that is answered 503 has a line with the cause, and one with what the runtime said', async () => {
    const { id } = await newWebhook();
    const broken = () =>
      Promise.reject(new Error('Durable Object is overloaded. Requests queued for too long.'));
    const prototype = Object.getPrototypeOf(env.WEBHOOKS) as DurableObjectNamespace;
    vi.spyOn(prototype, 'getByName').mockReturnValue({ append: broken, getRecord: broken } as never);
    expect((await ingest(id, orderCreated(1))).status).toBe(503);
    const { status, body } = await send('GET', `/v1/webhooks/${id}`);
    expect(status).toBe(503);
    const message = 'Durable Object is overloaded. Requests queued for too long.';
    expect(named('call_limited')).toEqual([
      expect.objectContaining({ called: 'append', webhook_id: id, message }),
      expect.objectContaining({
        called: 'object',
        webhook_id: id,
        message,
        request_id: String(body.request_id),
      }),
    ]);
    expect(named('unavailable')).toEqual([
      expect.objectContaining({ cause: 'append_failed', webhook_id: id }),
      expect.objectContaining({ cause: 'object_unreachable', request_id: String(body.request_id) }),
    ]);
  });
});

describe('the version', () => {
  it('is in /healthz and in the lines', async () => {
    const { body } = await send('GET', '/healthz');
    expect(body).toEqual({ status: 'ok', version: env.VERSION.id });
    const { id } = await newWebhook();
    await ingest(id, orderCreated(1), 'another secret');
    expect(named('unverified')).toEqual([expect.objectContaining({ version: env.VERSION.id })]);
  });
});

describe('a destination', () => {
  it('has a line when its circuit opens and closes, and for each delivery that is given up', () =>
    scene([destinationRecord('a', { retrySchedule: [5] })], async s => {
      s.reply = fails;
      await s.append(30);
      await s.wait(HOUR);
      s.reply = () => ({ status: 200, ms: 1 });
      await s.append(1);
      await s.wait(HOUR);
      const seen = s.world.lines as Record<string, unknown>[];
      const dead = seen.filter(({ event }) => event === 'delivery_dead');
      expect(dead.length).toBeGreaterThan(0);
      expect(dead[0]).toEqual({
        ...{ event: 'delivery_dead', webhook_id: expect.any(Number), destination_id: 'a' },
        ...{
          sequence: expect.any(Number),
          attempts: expect.any(Number),
          error: expect.stringContaining('500'),
        },
      });
      const circuit = seen
        .filter(({ event }) => String(event).startsWith('circuit'))
        .map(({ event }) => event);
      expect(circuit).toEqual(['circuit_opened', 'circuit_closed']);
    }));
});

describe('storage that refuses', () => {
  it('has a line with what it said, and the provider a 503', async () => {
    const { id } = await newWebhook();
    const stub = env.WEBHOOKS.getByName(String(id)) as DurableObjectStub<undefined>;
    await runInDurableObject(stub, (_object, { storage }) => {
      vi.spyOn(Object.getPrototypeOf(storage) as DurableObjectStorage, 'transactionSync').mockImplementation(
        () => {
          throw new Error('database or disk is full: SQLITE_FULL');
        },
      );
    });
    expect((await ingest(id, orderCreated(1))).status).toBe(503);
    expect(named('storage_refused')).toContainEqual(
      expect.objectContaining({
        webhook_id: id,
        written: 'events',
        message: 'database or disk is full: SQLITE_FULL',
      }),
    );
  });
});

describe('a message', () => {
  it.each([
    ['it failed: hunter2', ''],
    [
      'Too many subrequests by single Worker invocation.',
      'Too many subrequests by single Worker invocation.',
    ],
    ['Network connection lost.', 'Network connection lost.'],
    [
      'exceeded while fetching https://hooks.example.com/hunter2 for "hunter2"',
      'exceeded while fetching … for …',
    ],
  ])('is the runtime’s own or none: %s', (text, kept) => {
    logCallFailure('object', new Error(text), {});
    expect(lines).toEqual([expect.objectContaining({ message: kept })]);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it('of an error of syntax is none, as it quotes what could not be read', () => {
    logCallFailure('object', new SyntaxError('Unexpected token, exceeded hunter2'), {});
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});
