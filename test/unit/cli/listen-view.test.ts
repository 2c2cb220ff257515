/** The interactive view of `gapless listen`: what is shown after which events and keys. */
import { describe, expect, test } from 'vitest';
import { detailsText, pageOf } from '../../../cli/src/listen/view/page';
import {
  beginning,
  type Happening,
  MAX_ROWS,
  next,
  type Row,
  type State,
  selectedOf,
  wishOf,
} from '../../../cli/src/listen/view/state';

const LISTENED = { name: 'shop', to: 'http://localhost:3000/hook', secret: 'whsec_c2VjcmV0' };
const START = next(beginning({ columns: 80, rows: 12 }), { kind: 'begins', listened: LISTENED });

const event = (sequence: number, more: Partial<Omit<Row, 'id'>> = {}): Happening => ({
  kind: 'forwarded',
  row: {
    ...{ webhook: 'shop', sequence, topic: 'order:created', replay: null, attempts: 1, at: 0 },
    how: { status: 200, error: null, ms: 12, answer: { headers: { server: 'mine' }, text: 'thanks' } },
    ...more,
  },
});
const following = (state: State, ...happenings: (Happening | string)[]): State =>
  happenings.reduce<State>(
    (known, one) => next(known, typeof one === 'string' ? { kind: 'key', key: one } : one),
    state,
  );
const many = (count: number) => Array.from({ length: count }, (_, i) => event(i + 1));
const shown = (state: State) =>
  pageOf(
    state,
    (_, text) => text,
    () => '12:00:00',
  );
const selected = (state: State) => selectedOf(state)?.sequence;

describe('the list', () => {
  test('shows each event once, with its last attempt, and a replay of it beside it', () => {
    const refused = { status: null, error: 'ECONNREFUSED', ms: 1, answer: null };
    const replay = { id: 7, isNew: false };
    const state = following(
      START,
      event(1, { how: refused }),
      event(1, { attempts: 2 }),
      event(1, { replay }),
    );
    expect(shown(state).slice(2, 4)).toEqual([
      '  12:00:00  1  200  12 ms  order:created  2 attempts',
      '> 12:00:00  1  200  12 ms  order:created  replay',
    ]);
  });

  test('follows the newest, until another one is selected', () => {
    const state = following(START, ...many(3));
    expect(selected(state)).toBe(3);
    expect(selected(following(state, event(4)))).toBe(4);
    expect(selected(following(state, 'k', event(4)))).toBe(2);
    expect(selected(following(state, 'up', 'up', 'up', 'up'))).toBe(1);
    expect(selected(following(state, 'home', 'down', 'j', 'j', event(4)))).toBe(4);
    expect(selected(following(state, 'home', 'end', event(4)))).toBe(4);
  });

  test('fits the terminal and has the selected row in it, and is bounded', () => {
    const state = following(START, ...many(MAX_ROWS + 50), 'home');
    expect(state.rows).toHaveLength(MAX_ROWS);
    expect(selected(state)).toBe(51);
    expect(shown(state).length).toBeLessThan(12);
    expect(shown(state).some(line => line.startsWith('>'))).toBe(true);
    // The one that was selected is forgotten: the newest is.
    expect(selected(following(state, event(1000)))).toBe(1000);
    const small = following(state, { kind: 'resized', size: { columns: 20, rows: 3 } });
    expect(shown(small).filter(line => line.startsWith('>'))).toHaveLength(1);
  });

  test('says how each connection is, and obeys no character of others', () => {
    const happening = { kind: 'connection', webhook: 'shop', to: LISTENED.to, state: 'listening' } as const;
    const state = following(START, happening, event(1, { topic: 'a\u001b[2Jb' }));
    expect(shown(state)[0]).toBe(`shop -> ${LISTENED.to}  listening  ${LISTENED.secret}`);
    expect(shown(state).join('\n')).toContain('a\\u001b[2Jb');
  });
});

describe('keys', () => {
  test('i and d open an event, which stays while others come; the same key or escape closes it', () => {
    const state = following(START, ...many(2));
    expect(wishOf(state, 'i')).toMatchObject({ kind: 'inspect', row: { sequence: 2 } });
    const open = following(state, 'i', event(3));
    expect(open.pane).toMatchObject({ kind: 'inspect', id: 'shop/2/', lines: null });
    expect(wishOf(open, 'i')).toBeNull();
    const lines = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    const told = following(open, { kind: 'text', pane: { kind: 'inspect', id: 'shop/2/' }, lines });
    expect(shown(told).slice(2, 5)).toEqual(['shop  2  order:created', 'line 0', 'line 1']);
    expect(shown(following(told, 'j', 'j'))[3]).toBe('line 2');
    expect(following(told, 'end').pane?.top).toBe(29);
    for (const key of ['i', 'escape']) expect(following(told, key).pane).toBeNull();
    expect(following(told, 'd').pane).toMatchObject({ kind: 'details', lines: null });
  });

  test('an answer that comes late belongs to what was asked for', () => {
    const open = following(START, ...many(2), 'i', 'escape', 'k', 'i');
    const late = following(open, { kind: 'text', pane: { kind: 'inspect', id: 'shop/2/' }, lines: ['late'] });
    expect(late.pane).toMatchObject({ id: 'shop/1/', lines: null });
  });

  test('r and o are about the selected event, q ends, others do nothing', () => {
    const state = following(START, ...many(2), 'k');
    expect(wishOf(state, 'r')).toMatchObject({ kind: 'retry', row: { sequence: 1 } });
    expect(wishOf(state, 'o')).toMatchObject({ kind: 'open', row: { sequence: 1 } });
    expect(wishOf(state, 'q')).toEqual({ kind: 'quit' });
    expect(wishOf(state, 'x')).toBeNull();
    expect(wishOf(START, 'r')).toBeNull();
    expect(following(state, 'x')).toEqual(state);
  });
});

test('details are what the local server said', () => {
  const row = selectedOf(following(START, event(1, { attempts: 3, replay: { id: 7, isNew: true } })));
  const text = row === null ? '' : detailsText(row, () => '12:00:00');
  expect(text.split('\n')).toEqual([
    '200 after 12 ms, at 12:00:00, attempt 3',
    'of replay 7, under an id of its own',
    ...['', 'server: mine', '', 'thanks'],
  ]);
});
