/**
 * What the numbering says against what is true: numberings that begin anew, with losses, disorder, retries and events sent
 * again, of which the truth is known. No hole may be invented, and none hidden: where neither times nor secrets tell numberings
 * apart, what is not named as open is named as uncertain. `npm run test:model` makes more of them, and prints the counts.
 */
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeCheckpoint, readCheckpoint } from '../../../src/log/commit/checkpoint';
import { EMPTY_STATE } from '../../../src/log/commit/log-state';
import { withShadowOf } from '../../../src/numbering/epochs';
import type { Hole } from '../../../src/numbering/holes';
import { nextChangeAt } from '../../../src/numbering/pass-time';
import type { Tracker } from '../../../src/numbering/types';
import {
  type Arriving,
  arrivals,
  type Evidence,
  isKnowable,
  missingOf,
  type Provider,
} from '../../support/ground-truth';
import { range, Sequence } from '../../support/sequence';
import { EXPIRES_MS, GRACE_MS, SETTINGS } from '../../support/two-numberings';

const { env } = import.meta as ImportMeta & { env: Record<string, string | undefined> };
const RUNS = Number(env.VITE_MODEL_RUNS ?? 300);

const provider: fc.Arbitrary<Provider> = fc.record({
  lengths: fc.array(fc.integer({ min: 5, max: 40 }), { minLength: 1, maxLength: 4 }),
  lossOneIn: fc.constantFrom(0, 10, 4),
  firsts: fc.constantFrom('in order', 'first lost', 'first late', 'overtaken'),
  resentOneIn: fc.constantFrom(0, 0, 12),
  retriedOneIn: fc.constantFrom(0, 6),
  olderOneIn: fc.constantFrom(0, 0, 5),
});

/** The tracker as a process that was killed finds it. */
const reread = (tracker: Tracker): Tracker =>
  readCheckpoint(encodeCheckpoint({ state: { ...EMPTY_STATE, tracker }, forgotten: [] })).state.tracker;

const secretsOf = ({ lengths }: Provider) =>
  lengths.map((_, numbering) => `secret ${numbering}`).toReversed();

const NONE = { arrived: 0, missing: 0, open: 0, uncertain: 0, onRecord: 0, invented: 0, hidden: 0 };
const counts: Record<Evidence, typeof NONE> = {
  times: { ...NONE },
  secrets: { ...NONE },
  nothing: { ...NONE },
};
afterAll(() => {
  if (env.VITE_MODEL_RUNS !== undefined) console.log(`ground truth: ${JSON.stringify(counts)}`);
});

/** The entries for ids that were received, and may be another numbering's. */
const onRecord = (tracker: Tracker): Hole[] => [
  ...withShadowOf(tracker).flatMap(({ shared }) => (shared === undefined ? [] : [shared.listed])),
  ...tracker.closedEpochs.flatMap(({ uncertain }) => (uncertain === undefined ? [] : [uncertain.listed])),
];

/** The ids of entries of some statuses, over all epochs. */
function idsOf(tracker: Tracker, statuses: readonly string[]): number[] {
  return [...withShadowOf(tracker).flatMap(({ holes }) => holes), ...onRecord(tracker)]
    .filter(({ status }) => statuses.includes(status))
    .flatMap(({ from, to }) => range(from, to));
}

describe.each(['times', 'secrets', 'nothing'] as const)('numberings told apart by %s', evidence => {
  it('have every missing id named, and no other', () => {
    fc.assert(
      fc.property(provider, fc.infiniteStream(fc.nat()), fc.boolean(), (made, numbers, isKilled) => {
        const secrets = evidence === 'secrets' ? { secretIds: secretsOf(made) } : {};
        const sequence = new Sequence({ ...SETTINGS, ...secrets });
        const all = arrivals(made, evidence, below => (numbers.next().value ?? 0) % below);
        fc.pre(isKnowable(all, made, evidence));
        for (const event of all) {
          if (event === null) sequence.wait(2 * GRACE_MS);
          else {
            const { id, bytes, eventTime, secret } = event;
            const told = secret === undefined ? {} : { secret };
            const answer = sequence.offer(id, { bytes, eventTime, ...told });
            expect(answer).toMatch(/^(accepted|duplicate|conflict)/);
          }
          if (isKilled) sequence.tracker = reread(sequence.tracker);
          // The alarm comes when something changes, and not again for the same.
          sequence.wait(0);
          const next = nextChangeAt(sequence.tracker, SETTINGS) ?? Number.POSITIVE_INFINITY;
          expect(next).toBeGreaterThan(sequence.now);
        }
        for (let i = 0; i < 3; i++) sequence.wait(GRACE_MS + 1);
        const open = idsOf(sequence.tracker, ['open']);
        const uncertain = new Set(idsOf(sequence.tracker, ['uncertain']));
        const missing = made.lengths.map((_, numbering) => missingOf(all, numbering));
        const invented = without(
          open,
          missing.flatMap(({ between }) => between),
        );
        const named = new Set([...(evidence === 'nothing' ? uncertain : []), ...open, ...sequence.expired]);
        const between = missing.flatMap(ids => ids.between.filter(id => !named.has(id)));
        const before = missing.flatMap(ids => ids.before.filter(id => !named.has(id) && !uncertain.has(id)));
        const count = counts[evidence];
        count.arrived += all.length;
        count.missing += missing.reduce((sum, ids) => sum + ids.between.length, 0);
        count.open += open.length;
        count.uncertain += uncertain.size;
        count.invented += invented.length;
        count.hidden += between.length + before.length;
        count.onRecord += onRecord(sequence.tracker).reduce((sum, { missing }) => sum + missing, 0);
        // Under one secret, events sent again in a row may be a webhook that was made anew with that.
        if (evidence === 'times') expect(onRecord(sequence.tracker)).toEqual([]);
        const found = { invented, between, before };
        expect(found, storyOf(all, sequence)).toEqual({ invented: [], between: [], before: [] });
        // No doubt lasts longer than an older numbering may send.
        sequence.wait(EXPIRES_MS);
        expect(idsOf(sequence.tracker, ['uncertain']), storyOf(all, sequence)).toEqual([]);
        const next = nextChangeAt(sequence.tracker, SETTINGS) ?? Number.POSITIVE_INFINITY;
        expect(next).toBeGreaterThan(sequence.now);
      }),
      // The same stories in every `npm test`; others in each `npm run test:model`.
      { numRuns: RUNS, ...(env.VITE_MODEL_RUNS === undefined ? { seed: 1 } : {}) },
    );
  });
});

/** What came, and what the numberings say, for whoever reads a failure. */
function storyOf(all: readonly (Arriving | null)[], { tracker }: Sequence): string {
  const came = all.map(event => {
    if (event === null) return '|';
    return `${event.numbering}:${event.id}${event.bytes.includes('sent again') ? ' again' : ''}`;
  });
  const said = withShadowOf(tracker).map(({ number, baseline, highest, holes, suspicion, shared }) => {
    const missing = holes.map(({ from, to, status }) => `${from}-${to} ${status}`);
    return `${number}: ${baseline}-${highest} ${missing.join(', ')}${shared === undefined ? '' : ` [${shared.listed.from}-${shared.listed.to}]`}${suspicion === undefined ? '' : ' (suspected)'}`;
  });
  return `${came.join(', ')}\n${said.join('\n')}`;
}

/** What is in a list more often than in another. */
function without(list: readonly number[], other: readonly number[]): number[] {
  const left = [...other];
  return list.filter(id => {
    const at = left.indexOf(id);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
