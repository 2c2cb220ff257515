import { describe, expect, it } from 'vitest';
import type { Provider } from '../../../src/providers/provider';
import { parseDestinationRotation, parseInboundRotation } from '../../../src/subscriptions/rotation';
import { rules } from './rules';

function providerNamed(name: string): Provider {
  const provider = rules.providerFor(name);
  if (provider === undefined) throw new Error('no such provider');
  return provider;
}

const inbound = (given: unknown, provider = 'shipstream') =>
  parseInboundRotation(given, providerNamed(provider), rules.secretProblem, 'generated');

describe('parseInboundRotation', () => {
  it('takes a secret and an overlap', () => {
    expect(inbound({ secret_key: 'new', overlap_seconds: 0 })).toEqual({
      ok: true,
      value: { secretKey: 'new', overlapSeconds: 0 },
    });
  });

  it('generates one where the provider takes any, with a day of overlap', () => {
    expect(inbound({})).toEqual({ ok: true, value: { secretKey: 'generated', overlapSeconds: 86_400 } });
  });

  it('needs one where the provider makes them', () => {
    expect(inbound({}, 'ecwid')).toMatchObject({ ok: false, error: [{ path: '/secret_key' }] });
    expect(inbound({ secret_key: 'new' }, 'ecwid').ok).toBe(true);
  });

  it.each([
    { secret_key: '' },
    { secret_key: 'unusable' },
    { overlap_seconds: -1 },
    { overlap_seconds: 2_592_001 },
    { more: 1 },
    [],
  ])('refuses %j', given => {
    expect(inbound(given).ok).toBe(false);
  });
});

describe('parseDestinationRotation', () => {
  it('takes nothing, or a Standard Webhooks secret', () => {
    expect(parseDestinationRotation({})).toEqual({
      ok: true,
      value: { secretKey: null, overlapSeconds: 86_400 },
    });
    const secret_key = `whsec_${new Uint8Array(24).toBase64()}`;
    expect(parseDestinationRotation({ secret_key }).ok).toBe(true);
    expect(parseDestinationRotation({ secret_key: 'short' }).ok).toBe(false);
  });
});
