/**
 * What the page does beyond what the server shows: times in the reader's own zone, copying, shorter links. Everything else works
 * without it.
 */

const local = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

const UNITS: readonly [seconds: number, name: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
];

function spanText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [length, name] = UNITS.find(([length]) => seconds >= length) ?? [1, 's'];
  return `${Math.floor(seconds / length)} ${name}`;
}

function agoText(at: number): string {
  const passed = Date.now() - at;
  return passed >= 0 ? `${spanText(passed)} ago` : `in ${spanText(-passed)}`;
}

/** Shows every time below an element in the reader's zone; what is said as a distance stays one, and gets older. */
export function showTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[datetime]')) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    const isAgo = time.classList.contains('ago');
    time.textContent = isAgo ? agoText(at) : local.format(at);
    if (isAgo && !time.title.includes('·')) time.title = `${local.format(at)} · ${time.title}`;
  }
}

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

/** A form is sent once, however often its button is pressed. */
function sendOnce(form: HTMLFormElement): void {
  form.addEventListener('submit', event => {
    if (form.dataset.sent === 'yes') event.preventDefault();
    form.dataset.sent = 'yes';
  });
  // Who comes back by the browser's button may send it again.
  addEventListener('pageshow', () => delete form.dataset.sent);
}

/** Long work is looked at again while somebody looks: the link says after how many ms. */
function lookAgain(link: HTMLAnchorElement): void {
  setTimeout(() => {
    if (document.hidden) lookAgain(link);
    else location.reload();
  }, Number(link.dataset.again));
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
for (const form of document.querySelectorAll('form')) {
  if (form.method === 'get') dropEmptyFields(form);
  else sendOnce(form);
}
for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-again]')) lookAgain(link);
forgetWhatWasDone();
