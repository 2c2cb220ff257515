import { describe, expect, it } from 'vitest';
import { parseExtraHeaders } from '../../../src/subscriptions/extra-headers';

const reasonOf = (given: string | Record<string, string>) => {
  const parsed = parseExtraHeaders(given);
  return parsed.ok ? null : parsed.error.reason;
};

describe('parseExtraHeaders', () => {
  it('reads objects and lines alike', () => {
    const expected = {
      ok: true,
      value: [
        ['X-Env', 'prod'],
        ['Authorization', 'Bearer a:b'],
        ['X-Empty', ''],
      ],
    };
    expect(parseExtraHeaders('X-Env: prod\r\nAuthorization:Bearer a:b\n\nX-Empty:\n')).toEqual(expected);
    expect(parseExtraHeaders({ 'X-Env': ' prod ', Authorization: 'Bearer a:b', 'X-Empty': '' })).toEqual(
      expected,
    );
  });

  it('takes none', () => {
    expect(parseExtraHeaders('')).toEqual({ ok: true, value: [] });
    expect(parseExtraHeaders({})).toEqual({ ok: true, value: [] });
  });

  it.each([
    'Host',
    'content-length',
    'Connection',
    'keep-alive',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'Proxy-Authorization',
    'webhook-id',
    'Webhook_Signature',
    'CE-Type',
    'gapless-previous',
    'CF-Connecting-IP',
  ])('refuses %s', name => {
    expect(reasonOf({ [name]: 'x' })).toBe('forbidden');
    expect(reasonOf(`${name}: x`)).toBe('forbidden');
  });

  it.each(['a\r\nX-Evil: 1', 'a\nX-Evil: 1', 'a\rb', 'a\0b', 'é', 'a\u2028b'])(
    'refuses the value %j',
    value => {
      expect(reasonOf({ 'X-A': value })).toBe('bad_value');
    },
  );

  it.each(['', ' ', 'X A', 'X:A', 'X-Ä', 'X\n'])('refuses the name %j', name => {
    expect(reasonOf({ [name]: 'a' })).toBe('bad_name');
  });

  it('refuses lines that are none, and a stray carriage return inside one', () => {
    expect(reasonOf('no colon here')).toBe('no_colon');
    expect(reasonOf('X-A: a\rX-Evil: 1')).toBe('bad_value');
  });

  it('is bounded', () => {
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`X-${i}`, '1']));
    expect(reasonOf(many)).toBe('too_many');
    expect(reasonOf({ 'X-A': 'a'.repeat(8 * 1024) })).toBe('too_large');
    expect(reasonOf({ 'X-A': 'a'.repeat(8 * 1024 - 3) })).toBe(null);
  });

  it('never quotes a value', () => {
    const parsed = parseExtraHeaders('top secret line');
    expect(JSON.stringify(parsed)).not.toContain('secret');
  });
});
