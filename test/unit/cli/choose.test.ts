/** Which gateway a command asks, and that a token goes nowhere else. */
import { describe, expect, test } from 'vitest';
import { chosen, type Flags, gatewayAddress } from '../../../cli/src/settings/choose';
import type { Environment } from '../../../cli/src/settings/profiles';

const LIVE = { url: 'https://live.example', token: 'of-live' };
const STAGE = { url: 'https://stage.example', token: 'of-stage' };
const KEPT = { current: 'live', profiles: { live: LIVE, stage: STAGE } };

const asked = (flags: Flags, env: Environment = {}, kept: Parameters<typeof chosen>[2] = KEPT) => {
  const choice = chosen(flags, env, kept);
  return choice.ok ? choice.value : choice.error;
};

describe('which gateway', () => {
  test('the profile in use, unless another is named by flag or environment', () => {
    expect(asked({})).toEqual({ ...LIVE, profile: 'live' });
    expect(asked({ profile: 'stage' })).toEqual({ ...STAGE, profile: 'stage' });
    expect(asked({}, { GAPLESS_PROFILE: 'stage' })).toEqual({ ...STAGE, profile: 'stage' });
    expect(asked({ profile: 'none' })).toContain('no profile none');
    expect(asked({ profile: 'toString' })).toContain('no profile toString');
  });

  test('a token that no header can carry is refused, and not shown', () => {
    for (const token of ['of\u200b-flag', 'of-flag\n', 'of flag'])
      expect(asked({ token })).toMatch(/^The token for https:\/\/live.example has characters/);
  });

  test('the environment goes before the profile in use, and a named profile before the environment', () => {
    const env = { GAPLESS_URL: 'https://env.example/', GAPLESS_TOKEN: 'of-env' };
    expect(asked({}, env)).toEqual({ url: 'https://env.example', token: 'of-env', profile: null });
    expect(asked({ profile: 'stage' }, env)).toEqual({ ...STAGE, profile: 'stage' });
    expect(asked({ url: 'https://flag.example' }, env)).toMatchObject({ url: 'https://flag.example' });
    expect(asked({ token: 'of-flag' }, env)).toMatchObject({ token: 'of-flag' });
  });

  test('the token of a profile is for its address alone', () => {
    expect(asked({ url: 'https://other.example' })).toContain('no token for https://other.example');
    expect(asked({ url: 'https://other.example', profile: 'live' })).toContain('no token');
    expect(asked({}, { GAPLESS_URL: 'https://other.example' })).toContain('no token');
    expect(asked({ url: 'https://live.example/v1/' })).toEqual({ ...LIVE, profile: 'live' });
  });

  test('none', () => {
    expect(asked({}, {}, { current: null, profiles: {} })).toContain('gapless login');
    expect(asked({}, { GAPLESS_URL: '' }, { current: null, profiles: {} })).toContain('gapless login');
  });

  test.each([
    ['https://gw.example/v1/webhooks', 'https://gw.example'],
    ['http://localhost:8787', 'http://localhost:8787'],
    ['http://[::1]:8787', 'http://[::1]:8787'],
  ])('%s is asked at %s', (given, origin) => {
    expect(gatewayAddress(given)).toEqual({ ok: true, value: origin });
  });

  test.each(['http://gw.example', 'http://10.0.0.1', 'ftp://gw.example', 'gw.example', ''])(
    'no token is sent to %s',
    given => {
      expect(gatewayAddress(given).ok).toBe(false);
    },
  );
});
