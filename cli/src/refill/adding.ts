/** Adds events one by one, and keeps what became of each: the receipt. */
import { EXIT, type ExitCode } from '../ending';
import type { Schemas } from '../gateway/api';
import { type Gateway, stopFor } from '../gateway/gateway';
import { type Cell, type Colour, type Paint, table } from '../output/table';
import type { Candidate } from './candidates';

export type Added = {
  line: number;
  increment_id: number | null;
  /** `refused`: not added, for the reason of `detail`. */
  status: Schemas['Ingested']['status'] | 'refused';
  sequence: number | null;
  detail: string | null;
};

/** In their order. A refusal of one event ends nothing; a gateway that does not answer, or refuses the token, does. */
export async function addAll(
  gateway: Gateway,
  webhook: string,
  candidates: readonly Candidate[],
  progress: (done: number, of: number) => void,
): Promise<Added[]> {
  const added: Added[] = [];
  for (const { line, incrementId, event } of candidates) {
    const answer = await gateway.ask('post', '/v1/webhooks/{webhook_id}/events', {
      ...{ path: { webhook_id: webhook }, body: event },
    });
    const about = { line, increment_id: incrementId };
    if (answer.ok) {
      const { status, sequence = null, issues = [] } = answer.value;
      const detail = issues.map(({ path, message }) => `${path} ${message}`).join('; ') || null;
      added.push({ ...about, status, sequence, detail });
    } else {
      const { error } = answer;
      const isOfEvent = error.reason === 'refused' && [400, 409, 413, 422].includes(error.status);
      if (!isOfEvent)
        throw stopFor(error, gateway.url, `${added.length} of ${candidates.length} were added.`);
      added.push({ ...about, status: 'refused', sequence: null, detail: error.problem.detail });
    }
    progress(added.length, candidates.length);
  }
  return added;
}

/** Done where every event is in the log now, be it that it was before. */
export const exitOf = (added: readonly Added[]): ExitCode =>
  added.every(({ status }) => status === 'accepted' || status === 'duplicate') ? EXIT.done : EXIT.failed;

const COLOURS: Readonly<Record<Added['status'], Colour>> = {
  ...{ accepted: 'green', duplicate: 'dim', ignored: 'yellow', quarantined: 'red', refused: 'red' },
};

export const receiptText = (added: readonly Added[], paint: Paint): string =>
  table(
    ['line', 'increment id', 'added', 'sequence', 'note'],
    added.map((one): Cell[] => [
      ...[one.line, one.increment_id, { text: one.status, colour: COLOURS[one.status] }],
      ...[one.sequence, one.detail],
    ]),
    paint,
  );
