/** What is prepared later than it came, by another request or once more, is judged as it was when it came. */
import { env } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import { workOf } from '../../../src/ingest/prepare';
import { MEMORY } from '../../../src/memory/budget';
import { keysOf, purpose, seal } from '../../../src/subscriptions/sealing';
import { webhookRecord } from '../../support/webhook-record';

afterEach(() => void vi.restoreAllMocks());

const BODY = '{"event_id":"evt_1","event_type":"a.b","data":{"id":"x"}}';
const encoder = new TextEncoder();

/** A request of Paddle, whose signatures are good for five seconds, and its webhook. */
async function paddleWork(headers: Record<string, string> = {}, body = BODY) {
  const keys = await keysOf(env);
  if (!keys.ok) throw new Error('no keys');
  const sealed = await seal(keys.value, purpose.inbound(1), 'pdl_secret');
  const record = webhookRecord({ provider: 'paddle', secrets: [{ id: 's', sealed, usableUntil: null }] });
  const seconds = Math.floor(Date.now() / 1000);
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode('pdl_secret'), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(`${seconds}:${body}`));
  const signature = `ts=${seconds};h1=${new Uint8Array(mac).toHex()}`;
  const request = new Request('https://gapless.example/in/1', {
    method: 'POST',
    headers: { 'paddle-signature': signature, ...headers },
  });
  const received = { body: encoder.encode(body), share: MEMORY.requests.share() };
  return workOf(env, request, received, record);
}

it('a signature that was good when it came is good after seconds in a queue', async () => {
  const work = await paddleWork();
  const later = Date.now() + 7000;
  vi.spyOn(Date, 'now').mockReturnValue(later);
  expect(await work.prepare()).toMatchObject({ kind: 'event' });
});

it('what is small and signed with a secret that is shared may be prepared by another request', async () => {
  expect((await paddleWork()).isShort).toBe(true);
  const body = (bytes: number) => `{"x":"${'x'.repeat(bytes - 8)}"}`;
  expect((await paddleWork({}, body(16 * 1024))).isShort).toBe(true);
});

it('what is large or packed is prepared by its own request', async () => {
  const body = (bytes: number) => `{"x":"${'x'.repeat(bytes - 8)}"}`;
  expect((await paddleWork({}, body(16 * 1024 + 1))).isShort).toBe(false);
  expect((await paddleWork({ 'content-encoding': 'gzip' })).isShort).toBe(false);
});
