/**
 * What the page does beyond what the server shows: times in the reader's own zone, copying, shorter links, and what is live.
 * Everything else works without it.
 */

import { startLive } from './live';
import { showTimes } from './times';

/** A button that names an element copies its text. */
function makeCopyable(button: HTMLButtonElement): void {
  const source = document.getElementById(button.dataset.copy ?? '');
  // A page that came over an open line may not use the clipboard.
  if (source === null || navigator.clipboard === undefined) return;
  const name = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(
      source instanceof HTMLInputElement ? source.value : (source.textContent ?? ''),
    );
    button.textContent = 'Copied';
    setTimeout(() => {
      button.textContent = name;
    }, 1500);
  });
}

/** Fields that were left empty do not become part of the link. */
function dropEmptyFields(form: HTMLFormElement): void {
  form.addEventListener('formdata', ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === '') formData.delete(name);
  });
}

/** So long a form that was sent is not sent again. After that nothing may have come of it: the network failed, or the reader stopped it. */
const SENDING_MS = 5000;

/** A form is sent once, however often its button is pressed; those that come with what is live, too. */
function sendOnce(): void {
  let sent = new WeakMap<HTMLFormElement, number>();
  document.addEventListener('submit', event => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.method === 'get') return;
    const now = performance.now();
    if (now - (sent.get(form) ?? -SENDING_MS) < SENDING_MS) event.preventDefault();
    else sent.set(form, now);
  });
  // Who comes back by the browser's button may send it again.
  addEventListener('pageshow', () => {
    sent = new WeakMap();
  });
}

/** What was just done is said once, and not again to whoever gets the link. */
function forgetWhatWasDone(): void {
  const url = new URL(location.href);
  if (!url.searchParams.has('done')) return;
  url.searchParams.delete('done');
  history.replaceState(history.state, '', url);
}

showTimes(document);
setInterval(() => {
  if (!document.hidden) showTimes(document);
}, 15_000);
for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) makeCopyable(button);
for (const form of document.querySelectorAll('form')) if (form.method === 'get') dropEmptyFields(form);
sendOnce();
forgetWhatWasDone();
const bar = document.getElementById('live');
if (bar !== null) startLive(bar);
