/** Whatever providers send and users configure: no header of the gateway's, or of the connection, is theirs to set. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGatewayName, isHopByHop, isReservedName } from '../../../src/delivery/header-names';
import { outgoingHeaders } from '../../../src/delivery/outgoing-headers';
import { passedHeaders } from '../../../src/delivery/passed-headers';
import type { Scheme } from '../../../src/signature/scheme';
import { parseExtraHeaders } from '../../../src/subscriptions/extra-headers';
import { eventOf, targetOf } from '../../support/deliveries';
import { fuzzed, fuzzTimeout } from '../../support/fuzz';

const OWN = [
  ...[
    'webhook-id',
    'webhook-timestamp',
    'webhook-signature',
    'ce-specversion',
    'ce-id',
    'ce-source',
    'ce-type',
  ],
  ...['ce-time', 'ce-sequence', 'gapless-attempt', 'gapless-previous', 'gapless-increment-id'],
];

const names = (unit: 'binary' | 'binary-ascii') =>
  fc.oneof(
    fc.constantFrom(...OWN, 'gapless-late', 'gapless_gap', 'Webhook_Id', 'CE-Subject', 'webhook-'),
    fc.constantFrom(
      'Host',
      'content-length',
      'Connection',
      'transfer-encoding',
      'TE',
      'upgrade',
      'keep_alive',
    ),
    fc.constantFrom(
      'X-A',
      'authorization',
      'cookie',
      'user-agent',
      'content-type',
      'cf-ray',
      'x-forwarded-for',
    ),
    fc.string({ unit, maxLength: 12 }),
  );
const values = (unit: 'binary' | 'binary-ascii') =>
  fc.oneof(
    fc.string({ unit, maxLength: 40 }),
    fc.constantFrom('a\r\nwebhook-id: forged', 'a\nx-evil: 1', '\r', '\0', 'plain', '\u007f'),
  );
/** The runtime says so at length when a header is not ASCII: only where none is made of it. */
const pairsOf = (unit: 'binary' | 'binary-ascii') =>
  fc.array(fc.tuple(names(unit), values(unit)), { maxLength: 8 });
const pairs = pairsOf('binary-ascii');

/** What only the gateway gives; the topic is the payload's. Host and framing are the runtime's. */
const ownOf = (headers: Headers) =>
  [...headers].filter(
    ([name]) => isGatewayName(name) && !name.startsWith('gapless-provider-') && name !== 'ce-type',
  );

const schemeWith = (h: string): Scheme => ({
  ...{ alg: 'hmac-sha256', key: { enc: 'utf8' }, enc: 'hex', sig: [{ h }], msg: ['{body}'] },
});

describe('headers', { timeout: fuzzTimeout(20) }, () => {
  it('of a delivery are the gateway’s where they have its names, and one line each', async () => {
    const plain = await outgoingHeaders(targetOf('https://a.example/'), eventOf(), 0);
    await fc.assert(
      fc.asyncProperty(pairs, pairs, fc.string({ unit: 'binary' }), async (theirs, extraHeaders, topic) => {
        const event = eventOf({ headers: theirs, topic });
        const sent = await outgoingHeaders(targetOf('https://a.example/', { extraHeaders }), event, 0);
        for (const [name, value] of sent) expect(`${name}: ${value}`).not.toMatch(/[\r\n\0]/);
        const kept = new Set(theirs.concat(extraHeaders).map(([name]) => name.toLowerCase()));
        if (!kept.has('x-evil')) expect(sent.has('x-evil')).toBe(false);
        expect(ownOf(sent)).toEqual(ownOf(plain));
        expect(sent.get('ce-type')).toMatch(/^[!-~]+$/);
      }),
      fuzzed(500),
    );
  });

  it('that a provider sends leave those of the connection behind', () => {
    fc.assert(
      fc.property(pairs, given => {
        const headers = new Headers();
        for (const [name, value] of given) {
          try {
            headers.append(name, value);
          } catch {
            // HTTP cannot carry it.
          }
        }
        for (const [name] of passedHeaders(headers)) {
          expect(isHopByHop(name)).toBe(false);
          expect(name).not.toMatch(/^(host|content-length|cookie|authorization|cf-.*|x-forwarded-.*)$/);
        }
      }),
      fuzzed(500),
    );
  });

  it('that a user adds are such as HTTP can carry, and nobody else’s', () => {
    const given = fc.oneof(
      pairsOf('binary').map(some => Object.fromEntries(some)),
      pairsOf('binary').map(some => some.map(([name, value]) => `${name}: ${value}`).join('\n')),
    );
    fc.assert(
      fc.property(given, written => {
        const parsed = parseExtraHeaders(written);
        if (!parsed.ok) return;
        for (const [name, value] of parsed.value) {
          expect(isReservedName(name)).toBe(false);
          expect(new Headers([[name, value]]).get(name)).toBe(value);
          expect(value).not.toMatch(/[^\t -~]/);
        }
      }),
      fuzzed(500),
    );
  });

  it('of a user’s own scheme, signed anew, are not the gateway’s or the connection’s', async () => {
    for (const name of [
      'Host',
      'Content-Length',
      'Connection',
      'gapless-late',
      'ce-id',
      'gapless_gap',
      'x-mine',
    ]) {
      const provider = { scheme: schemeWith(name), secret: 'a', cfg: {} };
      const target = targetOf('https://a.example/', { sign: 'provider', provider });
      const sent = await outgoingHeaders(target, eventOf(), 0);
      expect([name, /^[0-9a-f]{64}$/.test(sent.get(name) ?? '')]).toEqual([name, name === 'x-mine']);
    }
  });
});
