/**
 * A state in one or two words. The mark that styles put before it has a shape of its own for each kind, so that nobody has
 * to tell colours apart.
 */
import type { Child } from '../jsx/jsx-runtime';

/** `unsure`: it cannot be known; `off`: somebody turned it off. */
export type Kind = 'good' | 'warn' | 'bad' | 'unsure' | 'off';

export function State({ kind, children }: { kind: Kind; children?: Child }) {
  return <span class={`state ${kind}`}>{children}</span>;
}

/** Where there is nothing; narrow pages leave it out. */
export const Nothing = () => <span class="none">–</span>;

/** A number that is bad unless it is none; null where it is not known. */
export function Count({ of: count, kind, unit = '' }: { of: number | null; kind: Kind; unit?: string }) {
  if (count === null) return <span class="soft">not known</span>;
  if (count === 0) return <span class="soft">0</span>;
  return (
    <State kind={kind}>
      {numberText(count)}
      {unit}
    </State>
  );
}

/** With a thin space between thousands. */
export const numberText = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, '\u202F');
