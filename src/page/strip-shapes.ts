/**
 * The shapes of the sequence strip: a column for each cell, as SVG path data. States are told apart by shape, so that nobody
 * has to tell colours apart. All columns of one state are one path, as a strip may have hundreds of them. Pure.
 */
import { ID_STATES, type IdState } from '../log/contract/sequence-map';

export const COLUMN = 8;
export const HEIGHT = 44;
/** Height of what stands for the worst in a cell of many ids, so that one among ten thousand is seen. */
const MARK = 16;

/** What a cell is drawn from. */
export type Counted = { from: number; to: number; counts: Partial<Record<IdState, number>> };

/** What one looks for first. A cell of many ids shows the worst of it above what was received. */
const WORST_FIRST: readonly IdState[] = [
  ...(['missing', 'uncertain', 'expired', 'awaited', 'quarantined', 'resolved', 'late', 'refilled'] as const),
  ...(['ignored', 'received'] as const),
];

/** The state that a cell is shown under. */
export const worstOf = ({ counts }: Pick<Counted, 'counts'>): IdState =>
  WORST_FIRST.find(state => (counts[state] ?? 0) > 0) ?? 'received';

/** Path data by state, for those that occur. */
export function stripPaths(cells: readonly Counted[]): Map<IdState, string> {
  const paths = new Map<IdState, string>();
  const draw = (state: IdState, shape: string): void => {
    paths.set(state, (paths.get(state) ?? '') + shape);
  };
  for (const [i, cell] of cells.entries()) {
    const x = i * COLUMN;
    const state = worstOf(cell);
    if (cell.from === cell.to || state === 'received') draw(state, shapeOf(state, x, 0, HEIGHT));
    else {
      const ids = cell.to - cell.from + 1;
      const share = Math.round((HEIGHT * (cell.counts[state] ?? 0)) / ids);
      const height = ids === cell.counts[state] ? HEIGHT : Math.min(HEIGHT - 6, Math.max(MARK, share));
      draw(state, shapeOf(state, x, 0, height));
      if (height < HEIGHT) draw('received', shapeOf('received', x, height + 2, HEIGHT - height - 2));
    }
  }
  return paths;
}

/** The shape of a state by itself, for the legend. */
export const legendShape = (state: IdState): string => shapeOf(state, 0, 0, MARK);

/** In a box 6 wide. Whole numbers only, since there are hundreds. */
function shapeOf(state: IdState, x: number, y: number, height: number): string {
  const bottom = y + height;
  const middle = y + Math.round(height / 2);
  const bar = (top: number, size: number): string => `M${x} ${top}h6v${size}h-6z`;
  switch (state) {
    case 'received':
      return bar(y, height);
    case 'late':
      // A bar that was put together.
      return (
        bar(y, Math.max(2, Math.round(height / 4))) +
        bar(y + Math.round(height / 4) + 3, height - Math.round(height / 4) - 3)
      );
    case 'refilled':
      return Array.from({ length: Math.floor(height / 4) }, (_, i) => bar(y + i * 4, 2)).join('');
    case 'ignored':
      return bar(bottom - Math.max(3, Math.round(height / 4)), Math.max(3, Math.round(height / 4)));
    case 'quarantined':
      // A triangle on a short bar.
      return `M${x} ${y + 8}l3 -7l3 7z${bar(y + 11, Math.max(2, Math.round(height / 3)))}`;
    case 'awaited':
      return [y + 2, middle - 1, bottom - 4].map(top => `M${x + 2} ${top}h2v2h-2z`).join('');
    case 'missing':
      // A frame with a cross in it.
      return `M${x} ${y}h6v${height}h-6zM${x + 1} ${y + 1}v${height - 2}h4v-${height - 2}z${cross(x, middle)}`;
    case 'uncertain':
      return `M${x + 3} ${middle - 7}l3 7l-3 7l-3 -7z`;
    case 'expired':
      return cross(x, middle) + bar(bottom - 2, 2);
    case 'resolved':
      return bar(middle - 1, 2);
  }
}

const cross = (x: number, middle: number): string =>
  `M${x} ${middle - 4}l1 -1l2 3l2 -3l1 1l-2 4l2 4l-1 1l-2 -3l-2 3l-1 -1l2 -4z`;

/** How many ids of each state a strip has; those that occur, in the order of `ID_STATES`. */
export function totalsOf(cells: readonly Counted[]): [state: IdState, ids: number][] {
  return ID_STATES.flatMap(state => {
    const ids = cells.reduce((sum, { counts }) => sum + (counts[state] ?? 0), 0);
    return ids === 0 ? [] : [[state, ids] as [IdState, number]];
  });
}
