import { describe, expect, it } from 'vitest';
import { importKeys, open, purpose, type SealingKeys, seal } from '../../../src/subscriptions/sealing';

const KEY = 'k'.repeat(32);
const OTHER = 'o'.repeat(40);

async function keys(current: string, previous?: string): Promise<SealingKeys> {
  const imported = await importKeys(current, previous);
  if (!imported.ok) throw new Error('the keys of the test are too short');
  return imported.value;
}

describe('importKeys', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['k'.repeat(31), undefined],
    [KEY, 'short'],
  ])('refuses short keys (%#)', async (current, previous) => {
    expect(await importKeys(current, previous)).toEqual({ ok: false, error: 'too_short' });
  });

  it('gives a key the same id every time, and another key another', async () => {
    const first = (await keys(KEY)).current.id;
    expect(first).toMatch(/^[0-9a-f]{8}$/);
    expect((await keys(OTHER)).current.id).not.toBe(first);
    expect((await keys(KEY)).current.id).toBe(first);
  });

  it('derives once per isolate', async () => {
    expect(await keys(KEY)).toBe(await keys(KEY));
  });
});

describe('seal and open', () => {
  it('gives back what was sealed', async () => {
    const k = await keys(KEY);
    for (const text of ['2RUJ8NXLnLRrAj3', '', 'ключ 🔑', '\ufeffbom']) {
      const sealed = await seal(k, purpose.inbound(1), text);
      expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
      expect(await open(k, purpose.inbound(1), sealed)).toEqual({ ok: true, value: text });
    }
  });

  it('never seals the same text alike', async () => {
    const k = await keys(KEY);
    expect(await seal(k, 'a', 'secret')).not.toBe(await seal(k, 'a', 'secret'));
  });

  it('is bound to its purpose', async () => {
    const k = await keys(KEY);
    const sealed = await seal(k, purpose.inbound(1), 'secret');
    expect(await open(k, purpose.inbound(2), sealed)).toEqual({ ok: false, error: 'corrupt' });
    expect(await open(k, purpose.confirm(1), sealed)).toEqual({ ok: false, error: 'corrupt' });
  });

  it('opens what the previous key sealed, and seals with the current', async () => {
    const sealed = await seal(await keys(KEY), 'p', 'secret');
    const both = await keys(OTHER, KEY);
    expect(await open(both, 'p', sealed)).toEqual({ ok: true, value: 'secret' });
    expect(await seal(both, 'p', 'secret')).toContain(`v1.${both.current.id}.`);
    expect(await open(await keys(OTHER), 'p', sealed)).toEqual({ ok: false, error: 'unknown_key' });
  });

  it('refuses every changed character', async () => {
    const k = await keys(KEY);
    const sealed = await seal(k, 'p', 'secret');
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === 'x' ? 'y' : 'x') + sealed.slice(at + 1);
      const opened = await open(k, 'p', changed);
      // The last character carries bits that belong to no byte.
      if (opened.ok) expect(at).toBe(sealed.length - 1);
    }
  });

  it.each(['', 'secret', 'v1', 'v2.00000000.AAAAAAAAAAAAAAAA.AAAA', 'v1.zz.A.A'])(
    'refuses %j',
    async text => {
      expect(await open(await keys(KEY), 'p', text)).toEqual({ ok: false, error: 'corrupt' });
    },
  );
});
