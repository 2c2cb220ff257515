/** What of `gapless refill` is pure: ids as people write them, events out of files, and which of them are missing. */
import { describe, expect, it } from 'vitest';
import { countOf, overlap, parseRanges, rangesText, without } from '../../cli/src/given/id-ranges';
import { type Candidate, candidatesIn } from '../../cli/src/refill/candidates';
import { refillPlan } from '../../cli/src/refill/plan';
import { providerFor } from '../../src/providers/registry';

function provider(name: string) {
  const found = providerFor(name);
  if (found === undefined) throw new Error(`no provider ${name}`);
  return found;
}

describe('ranges of increment ids', () => {
  it('are written as people write them', () => {
    const ranges = parseRanges('5-9, 12');
    expect(ranges).toEqual({
      ok: true,
      value: [
        { from: 5, to: 9 },
        { from: 12, to: 12 },
      ],
    });
    if (ranges.ok) expect([rangesText(ranges.value), countOf(ranges.value)]).toEqual(['5-9, 12', 6]);
    for (const text of ['', '0', '9-5', '5-', 'a', '1,,2', '99999999999999999'])
      expect(parseRanges(text).ok).toBe(false);
  });

  it('are cut by ids and by each other', () => {
    expect(without([{ from: 1, to: 5 }], new Set([1, 3, 9]))).toEqual([
      { from: 2, to: 2 },
      { from: 4, to: 5 },
    ]);
    expect(without([{ from: 1, to: 1 }], new Set([1]))).toEqual([]);
    expect(
      overlap(
        [{ from: 1, to: 5 }],
        [
          { from: 4, to: 9 },
          { from: 0, to: 1 },
        ],
      ),
    ).toEqual([
      ...[
        { from: 4, to: 5 },
        { from: 1, to: 1 },
      ],
    ]);
  });
});

describe('events of a file', () => {
  const body = '{"topic":"order:created","message":{"unique_id":"1",  "webhook_increment_id":3}}';

  it('are bodies, byte for byte, or objects of body, headers and query', () => {
    const wrapped = JSON.stringify({ body, headers: { 'x-a': 'b' }, query: 'c=d', sequence: 9 });
    const coded = JSON.stringify({ body_base64: Buffer.from(body).toString('base64') });
    const found = candidatesIn(`\ufeff${[body, '', wrapped, coded].join('\r\n')}`, provider('shipstream'));
    expect(found).toMatchObject({
      value: [
        { line: 1, incrementId: 3, topic: 'order:created', event: { body } },
        { line: 3, incrementId: 3, event: { body, headers: { 'x-a': 'b' }, query: 'c=d' } },
        { line: 4, incrementId: 3 },
      ],
    });
  });

  it('are payloads also where these have a body of their own', () => {
    const payload = '{"body":"a comment","id":1}';
    expect(candidatesIn(payload, provider('github'))).toMatchObject({
      value: [{ event: { body: payload } }],
    });
  });

  it('are told from those that the provider would not send', () => {
    const lines = '{"topic":"order:created"}\n{"not":"an event"}';
    expect(candidatesIn(lines, provider('shipstream'))).toMatchObject({
      value: [{ isOdd: true }, { isOdd: true }],
    });
    expect(candidatesIn(body, provider('shipstream'))).toMatchObject({ value: [{ isOdd: false }] });
  });

  it('have to be JSON, a line each', () => {
    expect(candidatesIn(`${body}\n{`, provider('shipstream'))).toMatchObject({
      ...{ ok: false, error: expect.stringContaining('Line 2') },
    });
  });
});

describe('the plan', () => {
  const candidate = (line: number, incrementId: number | null): Candidate => ({
    ...{ line, incrementId, topic: 'a', isOdd: false, event: { body: '{}' } },
  });

  it('adds what is missing in its order, and says why of the rest', () => {
    const wanted = [{ from: 3, to: 5 }];
    const known = { numbered: true, highest: 20, wanted, missing: [...wanted, { from: 9, to: 9 }] };
    const ids = [5, 3, 3, 9, 10, 21, null];
    const plan = refillPlan(
      ids.map((id, at) => candidate(at + 1, id)),
      known,
    );
    expect(plan.adds.map(({ incrementId }) => incrementId)).toEqual([3, 5]);
    expect(plan.left_out.map(({ why }) => why)).toEqual([
      ...['twice', 'not_asked_for', 'not_missing', 'above_highest', 'no_increment_id'],
    ]);
    expect(plan.not_in_file).toEqual([{ from: 4, to: 4 }]);
    const each = [7, 5, 6].map(id => ({ from: id, to: id }));
    expect(refillPlan([], { ...known, wanted: each }).not_in_file).toEqual([{ from: 5, to: 7 }]);
  });

  it('adds all where events have no numbers', () => {
    const known = { numbered: false, highest: null, wanted: [], missing: [] };
    expect(refillPlan([candidate(1, null), candidate(2, null)], known).adds).toHaveLength(2);
  });
});
