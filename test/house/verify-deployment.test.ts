/** What `npm run verify-deployment` says of what it measured (bin/verify/judge.mjs): each value that production may have. */
import { describe, expect, it } from 'vitest';
// @ts-expect-error The scripts have no types.
import { judgeAll, worst } from '../../bin/verify/judge.mjs';

type Finding = { name: string; verdict: string; measured: string; means: string };

const URL = 'https://hooks.example.com';
const connections = { asked: 24, at_once: 6, failed: 0, failure: null };
const couriers = [{ first_ms: 130, again_ms: 20 }];
/** What a deployment on Cloudflare is expected to measure. */
const EXPECTED = {
  echo: { status: 200, ms: 40 },
  oneCourier: connections,
  fourCouriers: { ...connections, asked: 48, at_once: 24 },
  invocations: { allowed: 32, tried: 40, refused: '' },
  waking: { couriers },
  idle: { couriers },
  kv: { new_key_ms: 10, changed_key_ms: null },
  roundTrip: {
    ...{ ingestUrl: `${URL}/in/1`, accepted: 200, forged: 401, ackMs: 90, deliveredMs: 200 },
    ...{ attempts: 1, lastError: null },
  },
  cleanup: { swept: 0, left: 0 },
};

/** The findings that are not ok where this was measured. */
function apart(changes: object): Finding[] {
  const findings = judgeAll({ ...EXPECTED, ...changes }, URL) as Finding[];
  return findings.filter(({ verdict }) => verdict !== 'ok');
}

const failing = (failure: object) => ({
  oneCourier: { ...connections, at_once: 0, failed: 24, failure: { cloudflare_code: null, ...failure } },
});

describe('what was measured', () => {
  it('is well where it is as the gateway counts on', () => {
    expect(apart({})).toEqual([]);
    expect(worst(judgeAll(EXPECTED, URL))).toBe('ok');
  });

  it('is well where nothing is limited, and says that it is no deployment', () => {
    const fourCouriers = { ...connections, asked: 48, at_once: 46 };
    const unlimited = { oneCourier: { ...connections, at_once: 24 }, fourCouriers };
    expect(apart(unlimited)).toEqual([]);
    const findings = judgeAll({ ...EXPECTED, ...unlimited }, URL) as Finding[];
    expect(findings.filter(({ means }) => means.includes('as on a laptop'))).toHaveLength(2);
  });

  it.each([
    [
      'fewer connections',
      { oneCourier: { ...connections, at_once: 4 } },
      /max_in_flight of destinations to 3/,
    ],
    [
      'couriers that share those of their caller',
      { fourCouriers: { ...connections, asked: 48, at_once: 6 } },
      /max_in_flight of a webhook's destinations at 5 together/,
    ],
    ['fewer invocations', { invocations: { allowed: 9, tried: 40, refused: 'no' } }, /32 were expected/],
    ['objects that wake slowly', { idle: { couriers: [{ first_ms: 4000, again_ms: 5 }] } }, /location_hint/],
    [
      'another public address',
      { roundTrip: { ...EXPECTED.roundTrip, ingestUrl: 'https://gapless.me.workers.dev/in/1' } },
      /set PUBLIC_URL/,
    ],
  ])('is said to be unexpected: %s', (_what, changes, means) => {
    const [finding, ...others] = apart(changes);
    expect(finding).toMatchObject({ verdict: 'unexpected', means: expect.stringMatching(means) });
    expect(others).toEqual([]);
    expect(worst(judgeAll({ ...EXPECTED, ...changes }, URL))).toBe('unexpected');
  });

  it.each([
    [{ error: 'status', status: 404, cloudflare_code: 1042 }, /global_fetch_strictly_public/],
    [{ error: 'status', status: 522 }, /custom_domain = true/],
    [{ error: 'status', status: 403 }, /WAF rules, Cloudflare Access/],
    [{ error: 'status', status: 301 }, /set PUBLIC_URL/],
    [{ error: 'status', status: 503, cloudflare_code: 1019 }, /in a circle/],
    [{ error: 'timeout', status: null }, /No answer/],
    [{ error: 'other_answer', status: 200 }, /Something else answers/],
  ])('tells why the gateway does not reach itself: %j', (failure, means) => {
    const [reach, one] = apart(failing(failure));
    expect(reach).toMatchObject({ verdict: 'failed', means: expect.stringMatching(means) });
    expect(one).toMatchObject({ verdict: 'failed', measured: 'none arrived' });
  });

  it.each([
    [
      'an event refused',
      { roundTrip: { ...EXPECTED.roundTrip, accepted: 403 } },
      /POST \/in\/\* has to reach/,
    ],
    ['a forged event taken', { roundTrip: { ...EXPECTED.roundTrip, forged: 200 } }, /in its place/],
    ['no delivery', { roundTrip: { ...EXPECTED.roundTrip, deliveredMs: null } }, /wrangler tail/],
    ['a webhook that could not be deleted', { cleanup: { swept: 0, left: 1 } }, /run this again/],
    ['a measure that failed', { kv: { trouble: 'KV is down.' } }, /KV is down/],
  ])('fails: %s', (_what, changes, means) => {
    const [finding] = apart(changes);
    expect(finding).toMatchObject({ verdict: 'failed', means: expect.stringMatching(means) });
    expect(worst(judgeAll({ ...EXPECTED, ...changes }, URL))).toBe('failed');
  });
});
