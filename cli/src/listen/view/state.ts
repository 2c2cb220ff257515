/**
 * What the interactive view shows, and how it changes: with events, with keys, with the size of the terminal. Pure.
 *
 * It remembers the last 200 events, and of each what the local server said last (4 KiB at most), so that it can be open for weeks.
 */
import type { OfReplay } from '../messages';
import type { Forwarded } from '../outcome';
import type { Listened } from '../report';

export const MAX_ROWS = 200;

export type Row = {
  /** Its name in this list. */
  id: string;
  webhook: string;
  sequence: number;
  topic: string | null;
  replay: OfReplay | null;
  /** Attempts so far, those by hand too. */
  attempts: number;
  /** When the last one ended, ms since 1970. */
  at: number;
  how: Forwarded;
};

/** What is shown instead of the list. Its text comes later where the gateway is asked for it; null until then. */
export type Pane = { kind: 'inspect' | 'details'; id: string; lines: readonly string[] | null; top: number };

export type State = {
  size: { columns: number; rows: number };
  webhooks: readonly (Listened & { connection: string })[];
  /** Oldest first. */
  rows: readonly Row[];
  /** How many were forwarded, those that are not remembered any more too. */
  seen: number;
  /** The row that keys are about; null for the newest, whichever that is. */
  selected: string | null;
  pane: Pane | null;
  /** What the last key led to. */
  said: string;
};

export type Happening =
  | { kind: 'begins'; listened: Listened }
  | { kind: 'connection'; webhook: string; to: string; state: string }
  | { kind: 'forwarded'; row: Omit<Row, 'id'> }
  | { kind: 'resized'; size: State['size'] }
  | { kind: 'key'; key: string }
  | { kind: 'text'; pane: Pick<Pane, 'kind' | 'id'>; lines: readonly string[] }
  | { kind: 'said'; text: string };

export const beginning = (size: State['size']): State => ({
  ...{ size, webhooks: [], rows: [], seen: 0, selected: null, pane: null, said: '' },
});

/** The row that keys are about. */
export const selectedOf = ({ rows, selected }: State): Row | null =>
  rows.find(({ id }) => id === selected) ?? rows.at(-1) ?? null;

/** What a key asks for beyond the view itself; null for nothing. */
export function wishOf(state: State, key: string): { kind: Wish; row: Row } | { kind: 'quit' } | null {
  if (key === 'q') return { kind: 'quit' };
  const row = selectedOf(state);
  const kind = WISHES[key];
  if (row === null || kind === undefined) return null;
  // A second time it closes what it opened.
  return state.pane?.kind === kind ? null : { kind, row };
}

type Wish = 'inspect' | 'details' | 'retry' | 'open';
const WISHES: Readonly<Record<string, Wish>> = { i: 'inspect', d: 'details', r: 'retry', o: 'open' };

export function next(state: State, happening: Happening): State {
  switch (happening.kind) {
    case 'begins':
      return {
        ...state,
        webhooks: [...state.webhooks, { ...happening.listened, connection: 'connecting' }],
      };
    case 'connection':
      return { ...state, webhooks: state.webhooks.map(known => connected(known, happening)) };
    case 'forwarded':
      return forwarded(state, happening.row);
    case 'resized':
      return { ...state, size: happening.size };
    case 'text': {
      const { pane } = state;
      const isShown = pane?.kind === happening.pane.kind && pane.id === happening.pane.id;
      return isShown ? { ...state, pane: { ...pane, lines: happening.lines } } : state;
    }
    case 'said':
      return { ...state, said: happening.text };
    case 'key':
      return pressed({ ...state, said: '' }, happening.key);
  }
}

const connected = (
  known: State['webhooks'][number],
  { webhook, to, state }: Extract<Happening, { kind: 'connection' }>,
) => (known.name === webhook && known.to === to ? { ...known, connection: state } : known);

function forwarded(state: State, row: Omit<Row, 'id'>): State {
  const id = `${row.webhook}/${row.sequence}/${row.replay?.id ?? ''}`;
  const at = state.rows.findIndex(known => known.id === id);
  if (at >= 0) return { ...state, rows: state.rows.with(at, { ...row, id }) };
  const rows = [...state.rows, { ...row, id }].slice(-MAX_ROWS);
  const isGone = !rows.some(known => known.id === state.selected);
  return { ...state, rows, seen: state.seen + 1, selected: isGone ? null : state.selected };
}

function pressed(state: State, key: string): State {
  const { pane } = state;
  const row = selectedOf(state);
  if (key === 'escape' || (pane !== null && WISHES[key] === pane.kind)) return { ...state, pane: null };
  if (row !== null && (key === 'i' || key === 'd'))
    return {
      ...state,
      selected: row.id,
      pane: { kind: key === 'i' ? 'inspect' : 'details', id: row.id, lines: null, top: 0 },
    };
  const step = STEPS[key]?.(state.size.rows);
  if (step === undefined) return state;
  return pane === null ? moved(state, step) : { ...state, pane: scrolled(pane, step) };
}

/** How far keys go, in lines. */
const STEPS: Readonly<Record<string, (rows: number) => number>> = {
  ...{ up: () => -1, k: () => -1, down: () => 1, j: () => 1 },
  ...{ pageup: rows => -Math.max(1, rows - 8), pagedown: rows => Math.max(1, rows - 8) },
  ...{ home: () => Number.NEGATIVE_INFINITY, end: () => Number.POSITIVE_INFINITY },
};

/** At the end of the list the newest is selected, whichever that is. */
function moved(state: State, step: number): State {
  const { rows } = state;
  const row = selectedOf(state);
  const at = rows.findIndex(({ id }) => id === row?.id) + step;
  return { ...state, selected: at >= rows.length - 1 ? null : (rows[Math.max(0, at)]?.id ?? null) };
}

const scrolled = (pane: Pane, step: number): Pane => ({
  ...pane,
  top: Math.max(0, Math.min(pane.top + step, (pane.lines?.length ?? 1) - 1)),
});
