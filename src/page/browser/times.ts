/** Times in the reader's own zone; what is said as a distance gets older. */

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
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

/** Shows every time below an element in the reader's zone; what is said as a distance stays one. */
export function showTimes(root: ParentNode): void {
  for (const time of root.querySelectorAll<HTMLTimeElement>('time[datetime]')) {
    const at = Date.parse(time.dateTime);
    if (Number.isNaN(at)) continue;
    const isAgo = time.classList.contains('ago');
    const exact = time.classList.contains('clock') ? clock : local;
    const text = isAgo ? agoText(at) : exact.format(at);
    // What reads the same stays the same node, and stays selected.
    if (time.textContent !== text) time.textContent = text;
    if (isAgo && !time.title.includes('·')) time.title = `${local.format(at)} · ${time.title}`;
  }
}
