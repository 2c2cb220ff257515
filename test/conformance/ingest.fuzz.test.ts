/**
 * Whatever a provider's secret signs is kept: accepted, or in quarantine byte for byte, under the next sequence. Whatever it
 * does not sign leaves no trace. Nothing makes the gateway fail, hang, or lose the honest event that comes after.
 */

import { createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, type Json, shipstreamEvent } from '../support/client';
import { eventually } from '../support/eventually';
import { fuzzed, fuzzTimeout } from '../support/fuzz';
import { type Gateway, startGateway } from '../support/gateway';
import { hostileBodies, hostileHeaders } from '../support/hostile-bodies';
import { type Receiver, startReceiver } from '../support/receiver';
import { withoutRequestId } from '../support/request-id';
import { apideckHeaders, ecwidHeaders, type Headers, shipstreamHeaders } from '../support/signing';
import apideck from '../vectors/apideck-payloads.json';
import ecwid from '../vectors/ecwid-payloads.json';
import shipstream from '../vectors/shipstream-seed-payloads.json';

const SECRET = 'a-secret-for-fuzzing';
/** Longest that one answer may take. */
const HANG_MS = 10_000;

let gateway: Gateway;
let client: Client;
let receiver: Receiver;

beforeAll(async () => {
  gateway = await startGateway();
  client = clientOf(gateway);
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.close();
  await gateway.stop();
});

type Sent = { status: number; json: Json; text: string };

async function post(id: number, body: Uint8Array, headers: Headers): Promise<Sent> {
  const request = { method: 'POST', headers, body: Buffer.from(body), signal: AbortSignal.timeout(HANG_MS) };
  const response = await fetch(`${gateway.url}/in/${id}`, request);
  const text = await response.text();
  return { status: response.status, text, json: JSON.parse(text) as Json };
}

type Case = {
  provider: string;
  documents: unknown[];
  /** Null for a body that this provider cannot have signed. */
  sign: (body: Uint8Array) => Headers | null;
};

const parsed = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return null;
  }
};

const CASES: Case[] = [
  {
    provider: 'shipstream',
    documents: shipstream.map(({ payload }) => payload),
    sign: body => shipstreamHeaders(SECRET, body),
  },
  {
    provider: 'github',
    documents: [{ action: 'opened', issue: { number: 1 }, repository: { id: 5 } }],
    sign: body => ({
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
      'x-github-event': 'issues',
    }),
  },
  {
    provider: 'apideck',
    documents: apideck.payloads,
    sign: body => {
      try {
        return parsed(body) === null
          ? null
          : apideckHeaders(SECRET, new TextDecoder().decode(body), 'a', 'k');
      } catch {
        // Nested too deeply for whoever signs it.
        return null;
      }
    },
  },
  {
    provider: 'ecwid',
    documents: ecwid.payloads.map(({ payload }) => payload),
    sign: body => {
      const { eventCreated, eventId } = (parsed(body) ?? {}) as { eventCreated?: number; eventId?: number };
      return typeof eventCreated === 'number' && (typeof eventId === 'number' || typeof eventId === 'string')
        ? ecwidHeaders(SECRET, { eventCreated, eventId })
        : null;
    },
  },
];

/** Those of which some readings are refused as ambiguous, although they are signed: another parser could read them otherwise. */
const CAN_REFUSE = ['apideck', 'ecwid'];

describe('what is signed', { timeout: fuzzTimeout(60) }, () => {
  it.each(CASES)('$provider: is kept, byte for byte, under the next sequence', async testCase => {
    const { provider, documents, sign } = testCase;
    const created = await client.createWebhook({
      ...{ provider, secret_key: SECRET },
      destinations: [{ url: `${receiver.url}/${provider}` }],
    });
    const id = created.webhook_id;
    const kept: { body: Uint8Array; status: unknown }[] = [];
    const ids = new Set<unknown>([null]);
    await fc.assert(
      fc.asyncProperty(hostileBodies(documents), hostileHeaders, async (body, noise) => {
        const signature = sign(body);
        const answer = await post(id, body, { ...noise, ...signature });
        if (signature === null || (CAN_REFUSE.includes(provider) && answer.status === 401)) {
          expect(answer.status).toBe(401);
          return;
        }
        expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
        const { status, sequence, increment_id } = answer.json;
        expect(['accepted', 'quarantined', 'duplicate']).toContain(status);
        ids.add(increment_id ?? null);
        if (status === 'quarantined' && sequence === kept.length + 1) {
          expect(answer.json.issues, answer.text).not.toEqual([]);
        }
        // The next one, or one of before.
        if (sequence === kept.length + 1) kept.push({ body, status });
        else expect(Number(sequence)).toBeLessThanOrEqual(kept.length);
      }),
      // Shrinking would go on with a log that the first failure has left behind.
      { ...fuzzed(provider === 'shipstream' ? 50 : 25), endOnFailure: true },
    );

    const events = await client.events(id);
    expect(events.map(({ sequence }) => sequence)).toEqual(kept.map((_, i) => i + 1));
    for (const [i, { body }] of kept.entries()) {
      const event = await client.event(id, i + 1);
      const bytes =
        typeof event.body === 'string'
          ? Buffer.from(event.body)
          : Buffer.from(`${event.body_base64}`, 'base64');
      expect(bytes.equals(body), `event ${i + 1}`).toBe(true);
    }
    if (provider === 'shipstream') {
      const { highest_increment_id } = await client.gaps(id);
      expect(ids).toContain(highest_increment_id);
    }
  });
});

describe('what is not signed', { timeout: fuzzTimeout(60) }, () => {
  it('is refused with one answer, and leaves no trace', async () => {
    const { webhook_id: id } = await client.shipstream(receiver.url, { secret_key: SECRET });
    const documents = shipstream.map(({ payload }) => payload);
    const signatures = fc.oneof(
      fc.constant(() => ({})),
      fc
        .oneof(fc.base64String(), fc.stringMatching(/^[!-~]{1,60}$/))
        .map(text => () => ({ 'x-plugin-hmac-sha256': text })),
      // The right secret, but a body that is longer than the one sent, whatever that is.
      hostileBodies(documents).map(
        more => (body: Uint8Array) =>
          shipstreamHeaders(SECRET, Buffer.concat([body, more, Buffer.from('.')])),
      ),
    );
    const answers = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        hostileBodies(documents),
        hostileHeaders,
        signatures,
        async (body, noise, signatureOf) => {
          const answer = await post(id, body, { ...noise, ...signatureOf(body) });
          expect(answer.status).toBe(401);
          answers.add(withoutRequestId(answer.text));
        },
      ),
      fuzzed(40),
    );
    expect(answers.size).toBe(1);
    expect(await client.events(id)).toEqual([]);
  });

  it('is nothing at any address', async () => {
    const ids = fc.oneof(
      fc.stringMatching(/^[!-~]{1,20}$/).map(encodeURIComponent),
      fc.bigInt({ min: -10n, max: 2n ** 70n }).map(String),
      fc.constantFrom('0', '01', '1e3', '9007199254740992', '%31', '1%00', '1/', '..%2fv1', '%ff', '%'),
    );
    const methods = fc.constantFrom('POST', 'GET', 'PUT', 'OPTIONS', 'HEAD', 'DELETE');
    await fc.assert(
      fc.asyncProperty(ids, methods, hostileHeaders, async (id, method, headers) => {
        const signal = AbortSignal.timeout(HANG_MS);
        const response = await fetch(`${gateway.url}/in/${id}`, { method, headers, signal });
        await response.arrayBuffer();
        expect([404, 405]).toContain(response.status);
      }),
      fuzzed(40),
    );
  });
});

it('an honest event is still accepted and delivered, and nothing of the quarantine was', async () => {
  const { webhook_id: id } = await client.shipstream(`${receiver.url}/honest`, { secret_key: SECRET });
  const body = shipstreamEvent(1);
  expect((await client.sendShipstream(id, body, SECRET)).json).toMatchObject({ status: 'accepted' });
  await eventually(() =>
    expect(receiver.received.filter(({ url }) => url === '/honest').map(one => one.body.toString())).toEqual([
      body,
    ]),
  );
  for (const { headers } of receiver.received) expect(headers['webhook-signature']).toMatch(/^v1,/);
  expect(gateway.output()).not.toMatch(/uncaught|unexpected_error|alarm/i);
});
