/**
 * What makes a page live: the line to its webhook, or the clock, says when to ask for the page again. Nothing is open and nothing is
 * asked for while the tab is hidden, or while the reader wants it to stand still; after that it catches up at once. The bar says how it stands.
 */
import type { Outcome } from './fresh-page';
import { Line, type Message } from './line';
import { Refresher } from './refresher';

/** As `State` on the server has them. */
type Kind = 'good' | 'warn' | 'bad' | 'off';

/** What is said of why the gateway ended a line; of other reasons nothing, as it is tried again. */
const REASONS: Readonly<Record<string, string>> = {
  token_ended: 'your token was revoked, or your session is over.',
  webhook_deleted: 'the webhook was deleted.',
  too_many_listeners: 'too many look at this webhook. Trying again',
};

/** How often what no line tells is looked at. */
const ALSO_MS = 3000;

type Source = { open: () => void; close: () => void; readonly isOpen: boolean };

/** @param bar what `parts/live.tsx` made */
export function startLive(bar: HTMLElement): void {
  const state = bar.querySelector('.state');
  const button = bar.querySelector('button');
  const aloud = bar.querySelector('[aria-live]');
  if (state === null || button === null || aloud === null) return;
  const { stream, sequence, every, until } = bar.dataset;
  let isStill = false;
  let isOver = false;

  const say = (kind: Kind, text: string): void => {
    state.className = `state ${kind}`;
    state.textContent = text;
  };
  const sayAloud = (text: string): void => {
    aloud.textContent = text;
  };
  const end = (why: string): void => {
    isOver = true;
    stop();
    button.hidden = true;
    const again = document.createElement('a');
    again.href = location.href;
    again.textContent = 'Load it again';
    state.after(' ', again);
    say('bad', `not live any more: ${why}`);
    sayAloud(state.textContent ?? '');
  };
  const lost = (reason = ''): void => {
    const why = REASONS[reason];
    say('warn', why === undefined ? 'connection lost, trying again' : `not live now: ${why}`);
  };
  const refresher = new Refresher((outcome: Outcome | 'late') => {
    if (outcome === 'signed_out') end('you are signed out.');
    else if (outcome === 'gone') end('it is gone, or not for you to see.');
    else if (outcome instanceof Document && outcome.getElementById(bar.id) === null) {
      // What was waited for has ended: nothing changes any more.
      isOver = true;
      stop();
      bar.hidden = true;
    } else if (outcome === 'failed') {
      lost();
      refresher.ask();
    } else if (outcome === 'late') {
      if (source.isOpen) say('warn', 'catching up');
    } else if (source.isOpen) say('good', every === undefined ? 'live' : `live, every ${every} s`);
  });
  const source: Source =
    stream === undefined
      ? clock(
          Number(every) * 1000,
          () => refresher.askNow(),
          () => refresher.ask(),
        )
      : new Line(stream, {
          // What came before the line was open is on the page, and from here on everything is heard.
          open: () => refresher.askNow(),
          heard(message) {
            const missing = missingIn(message);
            if (missing !== '' && sequence === undefined) sayAloud(`Missing: ${missing}`);
            if (isAbout(message, sequence)) refresher.ask();
          },
          lost(reason) {
            lost(reason);
            // Why a line cannot be opened no browser says; the page does.
            refresher.ask();
          },
          ended: reason => end(REASONS[reason] ?? reason),
        });

  // What no line tells, up to a moment; and once after it, so that it is seen to be over.
  const also = setInterval(() => {
    if (isOver || Date.now() > Date.parse(until ?? '') + ALSO_MS || until === undefined) clearInterval(also);
    else if (source.isOpen) refresher.ask();
  }, ALSO_MS);

  const stop = (): void => {
    source.close();
    refresher.stop();
  };
  const turn = (): void => {
    if (isOver) return;
    button.textContent = isStill ? 'Go on' : 'Stop updates';
    if (!isStill && !document.hidden) {
      say('warn', 'connecting');
      source.open();
      return;
    }
    stop();
    say('off', isStill ? 'stopped' : 'stopped while hidden');
  };

  button.addEventListener('click', () => {
    isStill = !isStill;
    turn();
  });
  document.addEventListener('visibilitychange', turn);
  bar.hidden = false;
  turn();
}

/** @param ms between two times @param opened at once @param tick at each time */
function clock(ms: number, opened: () => void, tick: () => void): Source {
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    isOpen: true,
    open() {
      clearInterval(timer);
      timer = setInterval(tick, ms);
      opened();
    },
    close: () => clearInterval(timer),
  };
}

/** Whether a message is about the event that a page shows; for a page of all events each is. */
function isAbout({ event, delivery }: Message, sequence: string | undefined): boolean {
  const about = (event ?? delivery)?.sequence;
  return sequence === undefined || about === undefined || about === Number(sequence);
}

/** The ids that a message says are missing from now on, `4 to 5, 9`. */
const missingIn = ({ gaps = [] }: Message): string =>
  gaps
    .filter(({ status }) => status === 'open')
    .map(({ from, to }) => (from === to ? from : `${from} to ${to}`))
    .join(', ');
