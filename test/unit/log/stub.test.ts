/** How a webhook's object is found: in its jurisdiction, which its id tells, and placed where it was wished. */
import { describe, expect, it } from 'vitest';
import { objectOf, recordInObject } from '../../../src/log/stub';
import { addressesOf, idIn, JURISDICTIONS } from '../../../src/subscriptions/placement';
import { webhookRecord } from '../../support/webhook-record';
import { envWith } from '../api/doubles';

/** A network that has these webhooks, by `jurisdiction/name`, and notes who was asked. */
function network(records: Record<string, ReturnType<typeof webhookRecord>>, refusal?: string) {
  const asked: string[] = [];
  const namespace = (where: string): object => ({
    getByName: (name: string, { locationHint = '' } = {}) => {
      asked.push(`${where}/${name}${locationHint && ` ${locationHint}`}`);
      return { getRecord: async () => records[`${where}/${name}`] ?? null };
    },
    jurisdiction: (one: string) => {
      if (refusal !== undefined) throw new Error(refusal);
      return namespace(one);
    },
  });
  return { env: envWith({ WEBHOOKS: namespace('anywhere') as Env['WEBHOOKS'] }), asked };
}

describe('an id', () => {
  it.each(JURISDICTIONS)('tells its jurisdiction: %s', jurisdiction => {
    for (const random of [1, 2 ** 41, 2 ** 53 - 1, 4_711_000_003]) {
      const id = idIn(jurisdiction, random);
      expect(Number.isSafeInteger(id) && id > 0).toBe(true);
      expect(addressesOf(id)).toEqual([
        { id, jurisdiction },
        { id, jurisdiction: null },
      ]);
      expect(idIn(null, random)).toBe(random);
    }
  });

  it('without one leads to one object, but for one in a thousand', () => {
    const ids = Array.from({ length: 4096 }, (_, tag) => tag * 2 ** 41 + 1);
    const two = ids.filter(id => addressesOf(id).length === 2);
    expect([addressesOf(5), two.length]).toEqual([[{ id: 5, jurisdiction: null }], 3]);
  });
});

describe('an object', () => {
  it('is reached in its jurisdiction, with the hint', () => {
    const { env, asked } = network({});
    objectOf(env, { id: 5, jurisdiction: 'eu', locationHint: 'weur' });
    objectOf(env, { id: 5, jurisdiction: null });
    expect(asked).toEqual(['eu/5 weur', 'anywhere/5']);
  });

  it('of a webhook that KV does not know is asked where the id says, and else where older ids are', async () => {
    const id = idIn('eu', 77);
    const there = network({ [`eu/${id}`]: webhookRecord({ id, jurisdiction: 'eu' }) });
    expect(await recordInObject(there.env, id)).toMatchObject({ jurisdiction: 'eu' });
    expect(there.asked).toEqual([`eu/${id}`]);
    const old = network({ [`anywhere/${id}`]: webhookRecord({ id }) });
    expect(await recordInObject(old.env, id)).toMatchObject({ jurisdiction: null });
    expect(old.asked).toEqual([`eu/${id}`, `anywhere/${id}`]);
  });

  it('is never made outside of its jurisdiction, except on one machine, which has none', () => {
    const refused = network({}, 'Invalid jurisdiction.');
    expect(() => objectOf(refused.env, { id: 5, jurisdiction: 'eu' })).toThrow('Invalid jurisdiction.');
    const local = network({}, 'Jurisdiction restrictions are not implemented in workerd.');
    objectOf(local.env, { id: 5, jurisdiction: 'eu' });
    expect([...refused.asked, ...local.asked]).toEqual(['anywhere/5/eu']);
  });
});
