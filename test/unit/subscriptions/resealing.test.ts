import { expect, it } from 'vitest';
import { resealed } from '../../../src/subscriptions/resealing';
import { importKeys, open, purpose, type SealingKeys, seal } from '../../../src/subscriptions/sealing';
import type { StoredSecret } from '../../../src/subscriptions/webhook';
import { made } from './records';

async function keysOf(...texts: string[]): Promise<SealingKeys> {
  const keys = await importKeys(...(texts as [string, string?]));
  if (!keys.ok) throw new Error(keys.error);
  return keys.value;
}

const stored = async (keys: SealingKeys, boundTo: string, text: string): Promise<StoredSecret> => ({
  id: text,
  sealed: await seal(keys, boundTo, text),
  usableUntil: null,
});

it('seals every secret of a record anew, the tokens of stores too', async () => {
  const [first, second] = ['first'.repeat(8), 'second'.repeat(8)];
  const before = await keysOf(first);
  const record = await made();
  const { id } = record;
  const confirm = {
    url: 'https://api.example.com',
    token: await stored(before, purpose.confirm(id), 'all'),
    hasToken: true,
    tokens: { '1003': await stored(before, purpose.confirmStore(id, '1003'), 'three') },
  };
  const secrets = [await stored(before, purpose.inbound(id), 'inbound')];
  const old = { ...record, secrets, confirm, destinations: [] };

  const again = await resealed(old, await keysOf(second, first));
  const after = await keysOf(second);
  const next = again.ok ? again.value : null;
  const opened = (boundTo: string, secret: StoredSecret | undefined) =>
    open(after, boundTo, secret?.sealed ?? '');
  expect(await opened(purpose.inbound(id), next?.secrets[0])).toEqual({ ok: true, value: 'inbound' });
  expect(await opened(purpose.confirm(id), next?.confirm?.token)).toEqual({ ok: true, value: 'all' });
  const three = next?.confirm?.tokens['1003'];
  expect(await opened(purpose.confirmStore(id, '1003'), three)).toEqual({ ok: true, value: 'three' });
  expect(await opened(purpose.confirm(id), three)).toEqual({ ok: false, error: 'corrupt' });
  expect(next === null ? null : await resealed(next, after)).toEqual({ ok: true, value: null });
});
