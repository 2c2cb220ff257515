/** However an address is spelled, it is judged as the address that it is; whatever is given, there is an answer, soon. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { urlProblem } from '../../../src/delivery/url-policy';
import { fuzzed, fuzzTimeout } from '../../support/fuzz';

const byte = fc.nat(255);
const privateIpv4 = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127, 224, 240, 255), byte, byte, byte),
  fc.tuple(fc.constant(169), fc.constant(254), byte, byte),
  fc.tuple(fc.constant(192), fc.constant(168), byte, byte),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), byte, byte),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), byte, byte),
);
const anyIpv4 = fc.oneof(privateIpv4, fc.tuple(byte, byte, byte, byte));
type Ipv4 = [number, number, number, number];

const numberOf = (parts: readonly number[]) => parts.reduce((sum, part) => sum * 256 + part, 0);

const bases = fc.constantFrom<(value: number) => string>(
  value => value.toString(),
  value => `0${value.toString(8)}`,
  value => `000000${value.toString(8)}`,
  value => `0x${value.toString(16)}`,
  value => `0X0000${value.toString(16).toUpperCase()}`,
);

/** Characters that the parser takes for the same: full-width, mathematical, escaped. */
const disguises = fc.array(
  fc.constantFrom<(character: string) => string>(
    character => character,
    character =>
      /[!-~]/.test(character) ? String.fromCodePoint(character.charCodeAt(0) + 0xfee0) : character,
    character => `%${character.charCodeAt(0).toString(16)}`,
    character => (character === '.' ? '\u3002' : character),
    character => (/\d/.test(character) ? String.fromCodePoint(0x1d7ce + Number(character)) : character),
  ),
  { minLength: 1, maxLength: 5 },
);

/** As four, three, two parts or one, each in a base of its own. */
const spelled = (address: Ipv4) =>
  fc
    .tuple(fc.integer({ min: 1, max: 4 }), fc.array(bases, { minLength: 4, maxLength: 4 }), disguises)
    .map(([count, write, disguise]) => {
      const parts = [...address.slice(0, count - 1), numberOf(address.slice(count - 1))];
      const plain = parts.map((part, i) => (write[i] ?? String)(part)).join('.');
      return [...plain].map((character, i) => (disguise[i % disguise.length] ?? String)(character)).join('');
    });

const around = fc.record({
  scheme: fc.constantFrom('http://', 'https://', 'HTTP://', 'http:', 'http:/', 'http:\\\\', 'https:///'),
  port: fc.constantFrom('', ':80', ':8080', ':65535'),
  rest: fc.constantFrom('', '/', '/hooks?x=1', '?x', '#example.com', '\\@example.com'),
});

const groups = (address: Ipv4) => {
  const hex = (value: number) => value.toString(16);
  return [hex(numberOf(address.slice(0, 2))), hex(numberOf(address.slice(2)))] as const;
};

/** The forms in which IPv6 carries an IPv4 address. */
const WRAPPED: ((address: Ipv4) => string)[] = [
  address => `::ffff:${address.join('.')}`,
  address => `::ffff:${groups(address).join(':')}`,
  address => `0:0:0:0:0:FFFF:${groups(address).join(':')}`,
  address => `::${address.join('.')}`,
  address => `::ffff:0:${address.join('.')}`,
  address => `64:ff9b::${address.join('.')}`,
  address => `64:ff9b:1::${groups(address).join(':')}`,
  address => `2002:${groups(address).join(':')}::1`,
  address => `2001:0:${groups(address).join(':')}::1`,
  address => `fe80::5efe:${address.join('.')}`,
];

describe('an address', { timeout: fuzzTimeout(20) }, () => {
  it('is the same however it is spelled', () => {
    const cases = anyIpv4.chain(address => fc.tuple(fc.constant(address), spelled(address), around));
    fc.assert(
      fc.property(cases, ([address, host, { scheme, port, rest }]) => {
        const plain = urlProblem(`http://${address.join('.')}/`, false);
        expect(urlProblem(scheme + host + port + rest, false) === null).toBe(plain === null);
      }),
      fuzzed(1000),
    );
  });

  it('that is private is refused, wherever it is from', () => {
    fc.assert(
      fc.property(privateIpv4.chain(spelled), around, (host, { scheme, port, rest }) => {
        expect(urlProblem(scheme + host + port + rest, false)).not.toBeNull();
      }),
      fuzzed(1000),
    );
  });

  it('of IPv4 inside IPv6 is refused, whatever it is', () => {
    fc.assert(
      fc.property(anyIpv4, fc.constantFrom(...WRAPPED), around, (address, wrap, { scheme, port, rest }) => {
        expect(urlProblem(`${scheme}[${wrap(address)}]${port}${rest}`, false)).not.toBeNull();
      }),
      fuzzed(500),
    );
  });
});

describe('any text', { timeout: fuzzTimeout(20) }, () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom(
        'http://',
        'https:',
        '//',
        '@',
        ':',
        '[',
        ']',
        '.',
        '..',
        '%',
        '\\',
        '#',
        '?',
        '\t',
        '\0',
      ),
      fc.constantFrom('localhost', '127.0.0.1', '::1', 'example.com', 'xn--', '0x7f', 'a'.repeat(300)),
      fc.string({ unit: 'binary', maxLength: 8 }),
    ),
    { maxLength: 12 },
  );

  it('is answered: with a reason, or because it leads to a full name or a public address', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          pieces.map(some => some.join('')),
          fc.webUrl(),
          fc.string(),
        ),
        url => {
          const problem = urlProblem(url, false);
          if (problem !== null) {
            expect(problem).toMatch(/^A destination .*\.$/);
            return;
          }
          const { protocol, username, password, hostname } = new URL(url);
          expect(['http:', 'https:']).toContain(protocol);
          expect(username + password).toBe('');
          expect(hostname).toMatch(/^\[[23][0-9a-f:]+\]$|^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/);
          expect(urlProblem(url, true)).toBeNull();
          // Judged once more where it is used, as it was stored.
          expect(urlProblem(new URL(url).href, false)).toBeNull();
        },
      ),
      fuzzed(2000),
    );
  });
});
