/** The passes of `npm run rotate-key` over all webhooks (bin/reseal-passes.mjs), with a clock that does not wait. */
import { describe, expect, it } from 'vitest';
// @ts-expect-error The scripts have no types.
import { resealAll } from '../../bin/reseal-passes.mjs';

type Part = { count: number; checked: number; next: string | null; failed: object[] };

/** A gateway whose list shows a webhook only a minute after it was made. */
function gateway(made: readonly number[], pageSize: number) {
  let now = 0;
  const open = new Set(made.keys());
  const part = async (after: string | null): Promise<Part> => {
    const listed = [...made.keys()].filter(id => (made[id] ?? 0) <= now - 60);
    const start = Number(after ?? 0);
    const page = listed.slice(start, start + pageSize);
    const count = page.filter(id => open.delete(id)).length;
    const next = start + pageSize < listed.length ? String(start + pageSize) : null;
    return { count, checked: page.length, next, failed: [] };
  };
  const pauses: number[] = [];
  const wait = async (seconds: number) => {
    pauses.push(seconds);
    now += seconds;
  };
  return { part, wait, pauses, open };
}

describe('sealing everything anew', () => {
  it('passes twice, more than a minute apart, over more than 10,000 webhooks', async () => {
    const said: string[] = [];
    const { part, wait, pauses, open } = gateway(Array(25_000).fill(-100), 100);
    expect(await resealAll(part, wait, (text: string) => said.push(text))).toEqual({
      ...{ checked: 25_000, sealed: 25_000, failed: [] },
    });
    expect([open.size, pauses.length]).toEqual([0, 1]);
    expect(Math.min(...pauses)).toBeGreaterThan(60);
    expect(said).toEqual([
      'Pass 1: 25000 webhooks, 25000 sealed anew, 0 not.',
      'Pass 2: 25000 webhooks, 0 sealed anew, 0 not.',
    ]);
  });

  it('finds those that the list did not have yet, and looks again after finding some', async () => {
    const { part, wait, open, pauses } = gateway([-100, -100, -5, 0], 3);
    expect(await resealAll(part, wait, () => {})).toEqual({ checked: 4, sealed: 4, failed: [] });
    expect([open.size, pauses.length]).toEqual([0, 2]);
  });

  it('does not let the old key go while webhooks are made under it', async () => {
    const part = async () => ({ count: 1, checked: 1, next: null, failed: [] });
    await expect(
      resealAll(
        part,
        async () => {},
        () => {},
      ),
    ).rejects.toThrow('--resume');
  });
});
