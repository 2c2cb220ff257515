import { describe, expect, it } from 'vitest';
import { RecentEvents } from '../../../../src/log/store/recent-events';
import { MemoryBudget } from '../../../../src/memory/budget';
import type { RecentBytes } from '../../../../src/memory/recent-bytes';
import { storedEvent } from '../../../support/stored-event';

const memory = (): RecentBytes => new MemoryBudget().recent;
const BODY = new TextEncoder().encode('{}');

function stored(...sequences: number[]): RecentEvents {
  const recent = new RecentEvents(memory());
  for (const sequence of sequences) recent.add(storedEvent(sequence), BODY, 100);
  return recent;
}

const sequencesAfter = (recent: RecentEvents, sequence: number, limit = 10): number[] | null =>
  recent.after(sequence, limit)?.map(one => one.sequence) ?? null;

describe('the events stored last', () => {
  it('are given from any of them on, up to the limit and to the end', () => {
    const recent = stored(5, 6, 7, 8);
    expect(sequencesAfter(recent, 4)).toEqual([5, 6, 7, 8]);
    expect(sequencesAfter(recent, 5, 2)).toEqual([6, 7]);
    expect(sequencesAfter(recent, 8)).toEqual([]);
    expect(recent.get(6)?.body).toBe(BODY);
  });

  it('say nothing about what was stored before them, or before this object woke up', () => {
    expect(sequencesAfter(stored(5, 6), 3)).toBeNull();
    expect(stored(5, 6).get(4)).toBeNull();
    expect(sequencesAfter(new RecentEvents(memory()), 0)).toBeNull();
  });

  it('may be stored out of order, as an event and the report about it are', () => {
    expect(sequencesAfter(stored(6, 5, 7), 4)).toEqual([5, 6, 7]);
  });

  it('are not given across one that was changed', () => {
    const recent = stored(5, 6, 7);
    recent.forget(6);
    expect(recent.get(6)).toBeNull();
    expect(sequencesAfter(recent, 4)).toBeNull();
    expect(sequencesAfter(recent, 4, 1)).toEqual([5]);
    expect(sequencesAfter(recent, 6)).toEqual([7]);
  });

  it('are known no more once anything may have been rolled back', () => {
    const recent = stored(5, 6);
    recent.forgetAll();
    expect(sequencesAfter(recent, 4)).toBeNull();
    expect(sequencesAfter(recent, 6)).toBeNull();
    recent.add(storedEvent(6), BODY, 100);
    expect(sequencesAfter(recent, 5)).toEqual([6]);
  });

  it('are bounded in number and in bytes; the oldest go', () => {
    const many = new RecentEvents(memory());
    for (let sequence = 1; sequence <= 1000; sequence++) many.add(storedEvent(sequence), BODY, 100);
    expect(many.get(488)).toBeNull();
    expect(sequencesAfter(many, 488, 1000)).toHaveLength(512);
    const large = new RecentEvents(memory());
    for (let sequence = 1; sequence <= 4; sequence++) large.add(storedEvent(sequence), BODY, 1024 * 1024);
    expect(sequencesAfter(large, 2)).toEqual([3, 4]);
    large.add(storedEvent(5), BODY, 5 * 1024 * 1024);
    expect(large.get(5)).toBeNull();
    expect(sequencesAfter(large, 4)).toBeNull();
    expect(sequencesAfter(large, 5)).toEqual([]);
  });

  it('give back what they take of the memory of the isolate', () => {
    const room = memory();
    const recent = new RecentEvents(room);
    for (const sequence of [1, 2, 2, 3]) recent.add(storedEvent(sequence), BODY, 100);
    expect(room.bytes).toBe(300);
    recent.forget(1);
    recent.forget(1);
    expect(room.bytes).toBe(200);
    recent.forgetAll();
    expect(room.bytes).toBe(0);
  });
});
