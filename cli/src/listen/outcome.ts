/** An attempt at the local server, and what came of it. Pure. */
import { printable } from '../output/printable';
import type { Paint } from '../output/table';
import type { OfReplay, StreamedEvent } from './messages';

/** The event, the life of its webhook, which attempt it is, and the replay that it comes with. */
export type Attempt = {
  event: StreamedEvent;
  life: string | null;
  attempt: number;
  replay: OfReplay | null;
};

/** The beginning of what the server said. */
export type Answer = { headers: Record<string, string>; text: string };

/** What the server answered, or why it did not; `status` and `answer` are null then. */
export type Forwarded = { status: number | null; error: string | null; ms: number; answer: Answer | null };

export const isTaken = ({ status }: Forwarded): boolean => status !== null && status >= 200 && status < 300;

/** The status, or why there is none. */
export const outcomeOf = (how: Forwarded, paint: Paint): string =>
  paint(isTaken(how) ? 'green' : 'red', printable(String(how.status ?? how.error)));
