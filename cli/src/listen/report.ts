/** What is told of a listener while it runs, and as lines for people or programs. */
import type { Output } from '../output/output';
import { printable } from '../output/printable';
import type { Paint } from '../output/table';
import { type Attempt, type Forwarded, outcomeOf } from './outcome';

/** A webhook that is listened to. */
export type Listened = {
  /** As it was named. */
  name: string;
  to: string;
  /** What signs; null where it was given, and so is known. */
  secret: string | null;
};

export type Report = {
  begins(listened: Listened): void;
  connection(listened: Listened, state: string): void;
  forwarded(listened: Listened, attempt: Attempt, how: Forwarded): void;
};

/** Attempts to stdout, everything else to stderr. */
export function linesReport(output: Output, how: 'compact' | 'quiet' | 'json'): Report {
  return {
    begins({ name, to, secret }) {
      output.note(`${name} -> ${to}${secret === null ? '' : `, signed with ${secret}`}`);
    },
    connection({ name }, state) {
      output.note(`${name}: ${state}`);
    },
    forwarded(listened, attempt, forwarded) {
      if (how === 'quiet') return;
      const shown = attemptView(listened, attempt, forwarded);
      output.item(shown, paint =>
        how === 'json' ? JSON.stringify(shown) : lineOf(listened, attempt, forwarded, paint),
      );
    },
  };
}

/** For programs; docs/cli.md has the fields. */
const attemptView = (
  { name, to }: Listened,
  { event: { sequence, topic }, attempt, replay }: Attempt,
  { status, error, ms }: Forwarded,
) => ({ webhook: name, sequence, topic, to, replay_id: replay?.id ?? null, attempt, status, error, ms });

const lineOf = (
  { name }: Listened,
  { event: { sequence, topic }, attempt, replay }: Attempt,
  how: Forwarded,
  paint: Paint,
): string =>
  [
    ...[printable(name), sequence, printable(topic ?? ''), outcomeOf(how, paint), `${how.ms} ms`],
    ...(replay === null ? [] : [`replay ${replay.id}`]),
    ...(attempt === 1 ? [] : [`attempt ${attempt}`]),
  ].join('  ');
