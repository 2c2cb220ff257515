/** The interactive view as lines of text, as many as the terminal has room for. Pure; the terminal cuts what is too wide. */
import { printable } from '../../output/printable';
import type { Paint } from '../../output/table';
import { outcomeOf } from '../outcome';
import { type Row, type State, selectedOf } from './state';

const KEYS = 'up/down, j/k select   i inspect   d details   r retry   o open   q quit';
const PANE_KEYS = 'up/down, j/k scroll   esc back   r retry   o open   q quit';

/** @param timeText how a time (ms since 1970) is shown */
export function pageOf(state: State, paint: Paint, timeText: (ms: number) => string): string[] {
  const head = [...state.webhooks.map(webhook => webhookLine(webhook, paint)), ''];
  const keys = paint('dim', state.pane === null ? KEYS : PANE_KEYS);
  const foot = ['', state.said === '' ? keys : printable(state.said)];
  // One line stays free: a terminal that is full to the last one scrolls.
  const room = Math.max(1, state.size.rows - head.length - foot.length - 1);
  const body = state.pane === null ? listLines(state, room, paint, timeText) : paneLines(state, room, paint);
  return [...head, ...body, ...foot];
}

function webhookLine({ name, to, secret, connection }: State['webhooks'][number], paint: Paint): string {
  const state = paint(connection === 'listening' ? 'green' : 'yellow', printable(connection));
  return `${paint('bold', printable(name))} -> ${to}  ${state}${secret === null ? '' : paint('dim', `  ${secret}`)}`;
}

function listLines(state: State, room: number, paint: Paint, timeText: (ms: number) => string): string[] {
  const { rows, webhooks } = state;
  const selected = selectedOf(state);
  if (selected === null) return [paint('dim', 'No event yet.')];
  const at = rows.indexOf(selected);
  // The newest are shown, unless the one that is selected lies before them.
  const from = Math.max(0, Math.min(rows.length - room, at));
  const widest = Math.max(...rows.map(({ sequence }) => String(sequence).length));
  return rows.slice(from, from + room).map(row => {
    const shown = [
      timeText(row.at),
      ...(webhooks.length > 1 ? [printable(row.webhook)] : []),
      ...[String(row.sequence).padStart(widest), outcomeOf(row.how, paint), `${row.how.ms} ms`],
      ...[printable(row.topic ?? ''), ...remarks(row)],
    ].join('  ');
    return row === selected ? `> ${paint('bold', shown)}` : `  ${shown}`;
  });
}

const remarks = ({ replay, attempts }: Row): string[] => [
  ...(replay === null ? [] : ['replay']),
  ...(attempts === 1 ? [] : [`${attempts} attempts`]),
];

function paneLines({ pane, rows }: State, room: number, paint: Paint): string[] {
  const row = rows.find(({ id }) => id === pane?.id);
  const title = row === undefined ? '' : `${row.webhook}  ${row.sequence}  ${row.topic ?? ''}`;
  const lines = pane?.lines ?? ['…'];
  const top = pane?.top ?? 0;
  const shown = lines.slice(top, top + Math.max(1, room - 2));
  const rest = lines.length - top - shown.length;
  return [
    paint('bold', printable(title)),
    ...shown,
    ...(rest > 0 ? [paint('dim', `${rest} more lines`)] : []),
  ];
}

/** What the local server said to the last attempt, for people. */
export function detailsText({ attempts, at, how, replay }: Row, timeText: (ms: number) => string): string {
  const { status, error, ms, answer } = how;
  const headers = Object.entries(answer?.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
  return [
    `${status ?? error} after ${ms} ms, at ${timeText(at)}, attempt ${attempts}`,
    ...(replay === null ? [] : [`of replay ${replay.id}${replay.isNew ? ', under an id of its own' : ''}`]),
    ...['', ...headers, '', answer?.text ?? ''],
  ].join('\n');
}
