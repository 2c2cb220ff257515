/** The interactive view: shows what listeners tell, and does what keys ask for. */
import type { Paint } from '../../output/table';
import type { Report } from '../report';
import { detailsText, pageOf } from './page';
import { beginning, type Happening, next, type Row, type State, wishOf } from './state';
import { openTerminal } from './terminal';

/** What keys ask for. What goes wrong with it is said in the view. */
export type Wishes = {
  /** The request of an event, as text. */
  inspect(row: Row): Promise<string>;
  /** Sends it to the local server again. */
  retry(row: Row): Promise<void>;
  /** Shows it in the page. */
  open(row: Row): Promise<void>;
  quit(key: 'q' | 'ctrl-c'): void;
};

export type View = Report & { close(): void };

/** @param paint colours, where the terminal has them */
export function openView(wishes: Wishes, paint: Paint): View {
  const terminal = openTerminal(process, {
    key: pressed,
    resized: () => happened({ kind: 'resized', size: terminal.size() }),
  });
  let state: State = beginning(terminal.size());

  function happened(happening: Happening): void {
    state = next(state, happening);
    terminal.draw(() => pageOf(state, paint, timeText));
  }
  function pressed(key: string): void {
    const wish = wishOf(state, key);
    happened({ kind: 'key', key });
    if (key === 'ctrl-c' || wish?.kind === 'quit') wishes.quit(key === 'ctrl-c' ? key : 'q');
    else if (wish !== null) void grant(wish.kind, wish.row);
  }
  async function grant(kind: 'inspect' | 'details' | 'retry' | 'open', row: Row): Promise<void> {
    try {
      if (kind === 'inspect' || kind === 'details') {
        const text = kind === 'inspect' ? await wishes.inspect(row) : detailsText(row, timeText);
        happened({ kind: 'text', pane: { kind, id: row.id }, lines: terminal.wrap(text) });
        return;
      }
      const text =
        kind === 'retry' ? `Sending ${row.sequence} again.` : `Opening ${row.sequence} in the page.`;
      happened({ kind: 'said', text });
      await wishes[kind](row);
      if (kind === 'retry') happened({ kind: 'said', text: '' });
    } catch (error) {
      happened({ kind: 'said', text: error instanceof Error ? error.message : String(error) });
    }
  }

  happened({ kind: 'said', text: '' });
  return {
    begins: listened => happened({ kind: 'begins', listened }),
    connection: ({ name, to }, text) => happened({ kind: 'connection', webhook: name, to, state: text }),
    forwarded({ name }, { event: { sequence, topic }, attempt, replay }, how) {
      const row = { webhook: name, sequence, topic, replay, attempts: attempt, at: Date.now(), how };
      happened({ kind: 'forwarded', row });
      const { pane } = state;
      const shown = pane?.kind === 'details' ? state.rows.find(({ id }) => id === pane.id) : undefined;
      if (shown !== undefined) void grant('details', shown);
    },
    close: terminal.close,
  };
}

/** By the clock on the wall. */
const timeText = (ms: number): string => new Date(ms).toTimeString().slice(0, 8);
