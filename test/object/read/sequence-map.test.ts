/** What became of each id: every state where it belongs, cells that add up, and bounded work whatever the range. */
import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import type { SequenceCell, SequenceMapQuery } from '../../../src/log/contract/sequence-map';
import { cellsOf } from '../../../src/log/read/sequence-cells';
import { rowsRead } from '../../support/rows-read';
import { useStandingClock, wait } from '../../support/standing-clock';
import { invalid, newObject, SHORT } from '../../support/webhook-object';
import { incomingEvent } from '../../support/webhook-record';

useStandingClock();

const ALL: SequenceMapQuery = { epoch: null, from: null, to: null, cells: 100 };
type Webhook = Awaited<ReturnType<typeof newObject>>;

async function mapOf({ stub }: Webhook, query: Partial<SequenceMapQuery> = {}) {
  const map = await stub.sequenceMap({ ...ALL, ...query });
  if (map.kind !== 'ok') throw new Error(map.kind);
  return map;
}

/** As `5 late` or `3-4 missing 2`. */
const told = (cells: readonly Pick<SequenceCell, 'from' | 'to' | 'counts'>[]): string[] =>
  cells.map(({ from, to, counts }) =>
    from === to
      ? `${from} ${Object.keys(counts).join()}`
      : `${from}-${to} ${Object.entries(counts)
          .map(([state, ids]) => `${state} ${ids}`)
          .join()}`,
  );

describe('the map of a numbering', () => {
  it('tells every state apart', async () => {
    const webhook = await newObject({ sequence: SHORT, topics: ['order:*'] });
    await webhook.sendAll([1, 2, 5, 4]);
    await webhook.sendAll([6], invalid);
    await webhook.sendAll([7], { topic: 'product:created' });
    await webhook.stub.add(await incomingEvent(8));
    await webhook.sendAll([10]);
    expect(told((await mapOf(webhook)).cells)).toEqual([
      ...['1 received', '2 received', '3 awaited', '4 late', '5 received'],
      ...['6 quarantined', '7 ignored', '8 refilled', '9 awaited', '10 received'],
    ]);
    wait(60_000);
    await webhook.alarm();
    await webhook.stub.resolveGaps({ epoch: null, from: 9, to: 9, note: null });
    expect(told((await mapOf(webhook, { from: 3, to: 9, cells: 7 })).cells)).toEqual([
      ...['3 missing', '4 late', '5 received', '6 quarantined', '7 ignored', '8 refilled', '9 resolved'],
    ]);
    wait(3600_000);
    await webhook.alarm();
    expect(told((await mapOf(webhook, { to: 3 })).cells).at(-1)).toBe('3 expired');
  });

  it('leads to the event of each id, and says when it came', async () => {
    const webhook = await newObject();
    await webhook.sendAll([1, 2, 5]);
    const { cells, epochs, epoch, exact } = await mapOf(webhook);
    expect(cells.map(({ sequence }) => sequence)).toEqual([1, 2, null, null, 3]);
    expect(cells[4]?.receivedAt).toBe(Date.now());
    expect({ epoch, exact }).toEqual({ epoch: 1, exact: true });
    expect(epochs).toEqual([{ epoch: 1, first: 1, highest: 5, startedAt: Date.now() }]);
  });

  it('adds up, whatever the cells', async () => {
    const webhook = await newObject({ sequence: SHORT });
    const ids = Array.from({ length: 300 }, (_, i) => i + 1).filter(id => id % 7 !== 3);
    await webhook.together(await Promise.all(ids.map(id => incomingEvent(id))));
    wait(60_000);
    await webhook.alarm();
    for (const cells of [1, 7, 100, 299, 400]) {
      const map = await mapOf(webhook, { from: 1, cells });
      const sum = (state: 'received' | 'missing') =>
        map.cells.reduce((total, cell) => total + (cell.counts[state] ?? 0), 0);
      expect(map.cells.length).toBeLessThanOrEqual(cells);
      expect(map.cells.at(-1)?.to).toBe(300);
      expect([sum('missing'), sum('received')]).toEqual([43, 257]);
    }
  });

  it('has nothing to say where there is no numbering, before the first id, and of an unknown epoch', async () => {
    const empty = await newObject();
    expect(await mapOf(empty)).toMatchObject({ epoch: null, cells: [], epochs: [] });
    expect(await empty.stub.sequenceMap({ ...ALL, epoch: 2 })).toMatchObject({ kind: 'unknown_epoch' });
    const unnumbered = await newObject({ provider: 'apideck' });
    expect(await unnumbered.stub.sequenceMap(ALL)).toEqual({ kind: 'unnumbered' });
    await empty.sendAll([5]);
    expect((await mapOf(empty, { from: 90, to: 99 })).cells).toEqual([]);
  });

  it('reads a bounded number of rows of a million ids', async () => {
    const webhook = await newObject({ sequence: SHORT });
    await webhook.sendAll([1, 500_000, 1_000_000, 400_000]);
    wait(60_000);
    await webhook.alarm();
    await webhook.sendAll([300_000], {});
    await webhook.evict();
    const { rows, got: map } = await runInDurableObject(webhook.stub, (object, state) =>
      rowsRead(state.storage, () => object.sequenceMap({ ...ALL, from: 1, cells: 400 })),
    );
    if (map.kind !== 'ok') throw new Error(map.kind);
    expect(map.exact).toBe(false);
    expect(map.cells).toHaveLength(400);
    const late = map.cells.filter(({ counts }) => counts.late === 1);
    expect(late.map(({ to }) => to)).toEqual([300_000]);
    // Two pages of ids at most for where each cell leads to, and the entries of the list.
    expect(rows).toBeLessThan(1000);
  });
});

describe('cells', () => {
  const hole = { from: 11, to: 30, missing: 10, detectedAt: 0, status: 'open' } as const;

  it('share the missing ids of a merged hole', () => {
    expect(told(cellsOf({ from: 1, to: 40 }, 4, [hole], []))).toEqual([
      ...[
        '1-10 received 10',
        '11-20 missing 5,received 5',
        '21-30 missing 5,received 5',
        '31-40 received 10',
      ],
    ]);
  });

  it('count no id twice, and none that is not there', () => {
    const whole = { ...hole, missing: 20 };
    const marks = [12, 35].map(id => ({ id, state: 'late' as const }));
    expect(told(cellsOf({ from: 11, to: 35 }, 5, [whole], marks))).toEqual([
      ...[
        '11-15 missing 5',
        '16-20 missing 5',
        '21-25 missing 5',
        '26-30 missing 5',
        '31-35 late 1,received 4',
      ],
    ]);
    expect(cellsOf({ from: 5, to: 4 }, 5, [whole], marks)).toEqual([]);
  });
});
