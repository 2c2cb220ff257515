/**
 * The page as the server shows it now, put in the place of what is shown: so there is one rendering, and a page that has been open for
 * hours is the page that somebody else loads. Only parts that say so (`data-live`) are changed.
 */
import { morph } from './morph';
import { showTimes } from './times';

const PATIENCE_MS = 20_000;

/** `gone`: there is no such page any more. `failed`: it may come another time. */
export type Outcome = Document | 'signed_out' | 'gone' | 'failed' | 'aborted';

/**
 * Asks for this page once more. Not with `fetch`: only this parses a page without an exception to the policy (`require-trusted-types-for`).
 * Scripts in it do not run.
 */
export function askAgain(signal: AbortSignal): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const request = new XMLHttpRequest();
  request.open('GET', location.pathname + location.search);
  request.responseType = 'document';
  request.timeout = PATIENCE_MS;
  request.onload = () => resolve(outcomeOf(request));
  request.onerror = () => resolve('failed');
  request.ontimeout = () => resolve('failed');
  request.onabort = () => resolve('aborted');
  signal.addEventListener('abort', () => request.abort());
  request.send();
  return promise;
}

function outcomeOf({ status, responseURL, responseXML }: XMLHttpRequest): Outcome {
  if (new URL(responseURL).pathname === '/sign_in') return 'signed_out';
  if (status === 404 || status === 403) return 'gone';
  return status < 400 && responseXML !== null ? responseXML : 'failed';
}

/** Puts what is new in the place of what is old. Rows that were not there before are marked for a moment. */
export function show(page: Document): void {
  showTimes(page);
  const focused = document.activeElement;
  for (const part of document.querySelectorAll<HTMLElement>('[data-live]')) {
    const now = page.querySelector(`[data-live="${CSS.escape(part.dataset.live ?? '')}"]`);
    if (now === null) continue;
    const hadFocus = part.contains(focused);
    morph(part, now, row => row.classList.add('fresh'));
    // What had the focus is no more: the keyboard goes on from the part that it was in.
    if (hadFocus && !part.contains(document.activeElement)) {
      part.tabIndex = -1;
      part.focus({ preventScroll: true });
    }
  }
}
