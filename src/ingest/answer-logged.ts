/** Answers a request to an ingest address, and logs what its operator should know of: what was refused, and every 503. */
import { logLine } from '../log-line';
import { answer, type Outcome } from './answer';

/** @param bytes of the body */
export function answerLogged(outcome: Outcome, webhookId: number | null, bytes: number): Response {
  const webhook_id = webhookId;
  switch (outcome.kind) {
    case 'unverified':
      logLine('unverified', { webhook_id, reason: outcome.reason, detail: outcome.detail, bytes });
      break;
    case 'handshake_refused':
      logLine('handshake_refused', { webhook_id, detail: outcome.why });
      break;
    case 'unavailable': {
      const { cause, name, message } = outcome;
      logLine('unavailable', { webhook_id, cause, name, message });
      break;
    }
    case 'overloaded':
      // A full storage refuses every request: its object has one line for all of them.
      if (outcome.refused === undefined) logLine('unavailable', { webhook_id, cause: outcome.kind });
      break;
    case 'memory_full':
    case 'inactive':
      logLine('unavailable', { webhook_id, cause: outcome.kind });
      break;
  }
  return answer(outcome);
}
