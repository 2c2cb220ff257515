/**
 * The sequence strip: the increment ids of a numbering as a band, with what is missing. Drawn by the server; a click on a
 * column leads closer, to the gap, or to the event.
 */
import type { IdState } from '../log/contract/sequence-map';
import { eventPath, gapsPath, sequencePath } from './addresses';
import type { SequenceMap } from './answers';
import { numberText } from './parts/state';
import { Time } from './parts/time';
import { COLUMN, HEIGHT, legendShape, stripPaths, totalsOf, worstOf } from './strip-shapes';

type NumberedMap = Extract<SequenceMap, { numbered: true }>;
type Cell = NumberedMap['cells'][number];

/** Pixels of a column where there is room for all. */
const MOST_PER_COLUMN = 14;

/** Why somebody would click on a column. */
const TROUBLE: readonly IdState[] = ['missing', 'uncertain', 'expired', 'awaited', 'quarantined', 'resolved'];

export function Strip({ webhookId, map }: { webhookId: number; map: NumberedMap }) {
  const { cells } = map;
  const [first] = cells;
  const last = cells.at(-1);
  if (first === undefined || last === undefined) return <p class="empty">No increment id has come yet.</p>;
  const width = cells.length * COLUMN - 2;
  const totals = totalsOf(cells);
  return (
    <figure class="strip">
      <svg
        width={cells.length * MOST_PER_COLUMN}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        <title>{`Increment ids ${first.from} to ${last.to}: ${totals.map(([state, ids]) => `${numberText(ids)} ${state}`).join(', ')}`}</title>
        {[...stripPaths(cells)].map(([state, d]) => (
          <path class={`id-${state}`} d={d} />
        ))}
        {cells.map((cell, i) => {
          const href = targetOf(webhookId, map, cell);
          return href === null ? null : (
            <a href={href} aria-label={aboutCell(cell)}>
              <title>{aboutCell(cell)}</title>
              <rect x={i * COLUMN - 1} y="0" width={COLUMN} height={HEIGHT} />
            </a>
          );
        })}
      </svg>
      <figcaption>
        <div class="between">
          <span>
            {numberText(first.from)} <Time at={first.received_at} otherwise="" />
          </span>
          <span class="end">
            {numberText(last.to)} <Time at={last.received_at} otherwise="" />
          </span>
        </div>
        <ul class="legend">
          {totals.map(([state, ids]) => (
            <li>
              <svg class="key" width="6" height="16" viewBox="0 0 6 16" aria-hidden="true">
                <path class={`id-${state}`} d={legendShape(state)} />
              </svg>{' '}
              {numberText(ids)} {state}
            </li>
          ))}
        </ul>
        <TroubleList webhookId={webhookId} map={map} />
      </figcaption>
    </figure>
  );
}

const MOST_NAMED = 30;

/** The columns that one looks for, in words: what is missing is read, not only seen. */
function TroubleList({ webhookId, map }: { webhookId: number; map: NumberedMap }) {
  const runs = runsOf(map.cells);
  if (runs.length === 0) return null;
  return (
    <p>
      {runs.slice(0, MOST_NAMED).map(({ cell, text }, i) => {
        const href = targetOf(webhookId, map, cell);
        return (
          <>
            {i === 0 ? '' : ', '}
            {href === null ? text : <a href={href}>{text}</a>}
          </>
        );
      })}
      {runs.length > MOST_NAMED ? `, and ${numberText(runs.length - MOST_NAMED)} more` : ''}
    </p>
  );
}

/** Neighbours in the same state as one run, `12–14 missing`. */
function runsOf(cells: readonly Cell[]): { cell: Cell; text: string }[] {
  const runs: { cell: Cell; from: number; to: number; ids: number; state: IdState }[] = [];
  for (const cell of cells) {
    const state = worstOf(cell);
    if (!TROUBLE.includes(state)) continue;
    const ids = cell.counts[state] ?? 0;
    const before = runs.at(-1);
    if (before !== undefined && before.state === state && before.to === cell.from - 1) {
      before.to = cell.to;
      before.ids += ids;
    } else runs.push({ cell, from: cell.from, to: cell.to, ids, state });
  }
  return runs.map(({ cell, from, to, ids, state }) => {
    const range = rangeText({ from, to });
    return {
      cell,
      text: ids === to - from + 1 ? `${range} ${state}` : `${numberText(ids)} of ${range} ${state}`,
    };
  });
}

/** Closer, where a column stands for several ids; else to the gap or to the event. */
function targetOf(webhookId: number, { epoch }: NumberedMap, cell: Cell): string | null {
  const isTrouble = TROUBLE.includes(worstOf(cell));
  if (cell.from < cell.to) {
    return isTrouble ? sequencePath(webhookId, { epoch, from: cell.from, to: cell.to }) : null;
  }
  if (
    cell.sequence !== null &&
    (cell.counts.quarantined ?? 0) + (cell.counts.received ?? 0) + (cell.counts.late ?? 0) > 0
  )
    return eventPath(webhookId, cell.sequence);
  return isTrouble ? `${gapsPath(webhookId)}#id-${cell.from}` : null;
}

function aboutCell(cell: Cell): string {
  const states = Object.entries(cell.counts).map(([state, ids]) =>
    cell.from === cell.to ? state : `${numberText(ids)} ${state}`,
  );
  return `${rangeText(cell)}: ${states.join(', ')}`;
}

const rangeText = ({ from, to }: Pick<Cell, 'from' | 'to'>): string =>
  from === to ? numberText(from) : `${numberText(from)}–${numberText(to)}`;
