/** Times. The page's script shows them in the reader's own zone; without it they are UTC. `title` is UTC always. */
import { Nothing } from './state';

const UNITS: readonly [seconds: number, name: string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** A span in its largest unit, `5 min`. @param ms not negative */
export function spanText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [length, name] = UNITS.find(([length]) => seconds >= length) ?? [1, 's'];
  return `${Math.floor(seconds / length)} ${name}`;
}

/** `2026-11-27 09:42:16 UTC` */
const utcText = (at: string): string => `${at.slice(0, 19).replace('T', ' ')} UTC`;

type Moment = { at: string | null; otherwise?: string };

/** A moment of today, `09:42 UTC`. @param at RFC 3339 in UTC */
export const Clock = ({ at }: { at: string }) => (
  <time datetime={at} title={utcText(at)} class="clock">
    {at.slice(11, 16)} UTC
  </time>
);

const Never = ({ otherwise }: { otherwise: string | undefined }) =>
  otherwise === undefined ? <Nothing /> : <span class="soft">{otherwise}</span>;

/** A moment. @param at RFC 3339 in UTC, as the API has it; null: there was none */
export function Time({ at, otherwise }: Moment) {
  if (at === null) return <Never otherwise={otherwise} />;
  return (
    <time datetime={at} title={utcText(at)}>
      {utcText(at)}
    </time>
  );
}

/** How long ago it was, or how soon it will be. @param now ms since 1970 */
export function Ago({ at, now, otherwise }: Moment & { now: number }) {
  if (at === null) return <Never otherwise={otherwise} />;
  const passed = now - Date.parse(at);
  return (
    <time datetime={at} title={utcText(at)} class="ago">
      {passed >= 0 ? `${spanText(passed)} ago` : `in ${spanText(-passed)}`}
    </time>
  );
}
