/** Bodies that a courier gets by name, or whole: it has each once, and gives all back. */
import { env } from 'cloudflare:workers';
import { describe, expect, inject, it } from 'vitest';
import { carryNamed, carryWhole } from '../../../src/delivery/held-bodies';
import type { AttemptResult, NamedEvent, OutgoingEvent } from '../../../src/delivery/outgoing';
import { MemoryBudget } from '../../../src/memory/budget';
import { eventOf, targetOf } from '../../support/deliveries';

const chaos = inject('chaosUrl');
const target = targetOf(`${chaos}/echo`);
const body = (bytes: number): Uint8Array => new Uint8Array(bytes).map((_, index) => index * 7);
const named = (event: OutgoingEvent): NamedEvent => {
  const { body: _body, bodyName = '', ...rest } = event;
  return { ...rest, bodyName };
};

/** Calls that are under way until they are ended; what each carries. */
function calls() {
  const carried: OutgoingEvent[][] = [];
  const ends: (() => void)[] = [];
  const carry = (_target: unknown, events: OutgoingEvent[]): Promise<AttemptResult[]> => {
    carried.push(events);
    return new Promise(resolve => ends.push(() => resolve([])));
  };
  return { carried, carry, end: () => ends.shift()?.() };
}

describe('the bodies of a courier', () => {
  it('that came twice are kept once, while either call is under way', async () => {
    const { deliveries } = new MemoryBudget();
    const { carried, carry, end } = calls();
    const bytes = body(1000);
    const [one, other] = [1, 2].map(() => eventOf({ body: bytes.slice(), bodyName: 'x' }));
    if (one === undefined || other === undefined) throw new Error('no events');
    const first = carryWhole(deliveries, target, [one], carry);
    const second = carryWhole(deliveries, target, [other], carry);
    expect(carried[0]?.[0]?.body).toBe(carried[1]?.[0]?.body);
    expect(deliveries.bytes).toBe(1000);
    end();
    await first;
    expect(await Promise.race([carryNamed(deliveries, target, [named(other)], carry), 'under way'])).toBe(
      'under way',
    );
    end();
    end();
    await second;
    expect(carried).toHaveLength(3);
    await expect.poll(() => deliveries.bytes).toBe(0);
  });

  it('are not sent by name where one of them is not here', async () => {
    const { deliveries } = new MemoryBudget();
    const { carried, carry } = calls();
    const here = eventOf({ body: body(10), bodyName: 'here' });
    const wanted = { name: 'here', bytes: 10, trial: false, who: 'log', until: Date.now() + 60_000 };
    const hold = deliveries.hold(wanted, () => here.body);
    if (hold === null || hold === 'full') throw new Error('not held');
    const elsewhere = eventOf({ bodyName: 'elsewhere' });
    expect(await carryNamed(deliveries, target, [named(here), named(elsewhere)], carry)).toBeNull();
    expect(carried).toEqual([]);
    deliveries.release(hold);
    expect(deliveries.bytes).toBe(0);
  });

  it('are not sent, and nothing is, where there is no room', async () => {
    const { deliveries } = new MemoryBudget({ deliveries: 100, trials: 40 });
    const { carried, carry } = calls();
    const events = [1, 2].map(index => eventOf({ body: body(40), bodyName: `${index}` }));
    expect(await carryWhole(deliveries, { ...target, trial: true }, events, carry)).toEqual([]);
    expect(carried).toEqual([]);
    expect(deliveries.bytes).toBe(0);
  });

  it('are given back when the carrying fails', async () => {
    const { deliveries } = new MemoryBudget();
    const fails = () => Promise.reject(new Error('the object is reset'));
    await expect(carryWhole(deliveries, target, [eventOf({ body: body(10) })], fails)).rejects.toThrow();
    expect(deliveries.bytes).toBe(0);
  });

  it('come to a real one whole, also from an object of an earlier release; of a name alone it says that it is not here', async () => {
    const courier = env.COURIERS.getByName('held-bodies-test');
    const { bodyName: _none, ...event } = eventOf({ body: body(100_000) });
    const [result] = await courier.deliver(target, [event]);
    expect(result).toMatchObject({ outcome: 'delivered', status: 200 });
    expect(await courier.deliverNamed(target, [{ ...named(event), bodyName: 'elsewhere' }])).toBeNull();
  });
});
