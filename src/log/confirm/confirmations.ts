/**
 * Confirmation: before an event whose body is not signed is forwarded, its entity is fetched from the provider's API.
 *
 * A confirmed event enters the feed, an unconfirmed one goes to quarantine. While the API gives no verdict, as when it
 * is down or the token lacks a scope, the event stays held and is tried again on the default retry schedule. When that
 * is used up, it goes to quarantine. Nothing is dropped. What confirms an event is up to the provider (`Confirmation`).
 */

import type { Clock } from '../../clock';
import { nextAttempt } from '../../delivery/retry-schedule';
import type {
  Confirmation,
  ConfirmRequest,
  ConfirmResponse,
  ConfirmSettings,
} from '../../providers/confirmation';
import type { Result } from '../../result';
import { DEFAULT_RETRY_SCHEDULE } from '../../subscriptions/destination-options';
import type { EventLog } from '../commit/event-log';
import type { ConfirmationRow, ConfirmationRows } from '../store/confirmation-rows';
import { readJson } from './read-json';

/** Of the object's six connections; the others are for KV and deliveries. */
export const MAX_CONFIRMING = 4;
const TIMEOUT_MS = 10_000;

/** The provider's API, and how to ask it. */
export type ConfirmationApi = {
  fetch: typeof fetch;
  /** How this provider's events are confirmed; null when they are not. */
  rules: () => Confirmation | null;
  /** The API's address and the opened token for an account at the provider, or why there is none. */
  access: (account: string | null) => Promise<Result<ConfirmSettings, string>>;
  /** The destination URL policy. */
  urlProblem: (url: string) => string | null;
};

export type ConfirmationsDeps = {
  log: Pick<EventLog, 'feed' | 'release' | 'quarantineUnconfirmed'>;
  rows: ConfirmationRows;
  api: ConfirmationApi;
  clock: Clock;
  random: () => number;
  /** Called when a confirmation ended: there may be something to forward, or another due time. */
  changed: () => void;
};

/** The confirmations of a webhook, at most `MAX_CONFIRMING` at a time. */
export class Confirmations {
  #deps: ConfirmationsDeps;
  #inFlight = new Set<number>();
  #stopped = false;

  constructor(deps: ConfirmationsDeps) {
    this.#deps = deps;
  }

  /** Starts confirmations that are due, as many as may be under way. */
  pump(): void {
    const room = MAX_CONFIRMING - this.#inFlight.size;
    if (room <= 0 || this.#stopped) return;
    const { rows, clock } = this.#deps;
    const due = rows.due(clock.now(), MAX_CONFIRMING * 2).filter(row => !this.#inFlight.has(row.sequence));
    for (const row of due.slice(0, room)) void this.#confirm(row);
  }

  /** To be called when the webhook is deleted. What is under way then stores nothing. */
  stop(): void {
    this.#stopped = true;
  }

  /** When to pump again, ms since 1970, or null. */
  nextAt(): number | null {
    const { rows, clock } = this.#deps;
    const at = rows.nextAt();
    if (at === null) return null;
    // The end of a confirmation pumps again. The alarm is needed only if a crash prevents that.
    return this.#inFlight.size > 0 ? Math.max(at, clock.now() + 2 * TIMEOUT_MS) : at;
  }

  async #confirm(row: ConfirmationRow): Promise<void> {
    this.#inFlight.add(row.sequence);
    try {
      await this.#judge(row);
    } finally {
      this.#inFlight.delete(row.sequence);
    }
    if (!this.#stopped) this.#deps.changed();
  }

  async #judge(row: ConfirmationRow): Promise<void> {
    const { log, api } = this.#deps;
    const body = log.feed.body(row.sequence);
    if (body === null) return this.#refuse(row, 'the body is gone');
    const rules = api.rules();
    if (rules === null) return this.#again(row, 'the provider has no API that is known here');
    // Earlier releases had such events wait, too.
    if (!rules.isNeededFor(log.feed.event(row.sequence)?.topic ?? '')) {
      log.release(row.sequence);
      return;
    }
    const access = await api.access(rules.accountOf(body));
    if (this.#stopped) return;
    if (!access.ok) return this.#again(row, access.error);
    const request = rules.request(access.value, body);
    if (!request.ok) return this.#refuse(row, request.error);
    const problem = api.urlProblem(request.value.url);
    if (problem !== null) return this.#again(row, problem);
    const response = await this.#fetch(request.value);
    if (this.#stopped) return;
    // Read again, so that it is not in memory while the API takes its time.
    const judged = log.feed.body(row.sequence);
    if (judged === null) return this.#refuse(row, 'the body is gone');
    const verdict = rules.judge(judged, response);
    switch (verdict.verdict) {
      case 'confirmed':
        log.release(row.sequence);
        return;
      case 'unconfirmed':
        return this.#refuse(row, verdict.detail);
      case 'retry':
        return this.#again(row, verdict.detail);
    }
  }

  #refuse({ sequence }: ConfirmationRow, detail: string): void {
    const { log, clock } = this.#deps;
    log.quarantineUnconfirmed(sequence, [{ path: '', message: `not confirmed: ${detail}` }], clock.now());
  }

  #again(row: ConfirmationRow, detail: string): void {
    const { rows, clock, random } = this.#deps;
    const attempt = row.attempts + 1;
    const schedule = [...DEFAULT_RETRY_SCHEDULE];
    const now = clock.now();
    const next = nextAttempt({ attempt, schedule, now, random: random(), retryAfterMs: null });
    if (next === 'dead') this.#refuse(row, detail);
    else rows.update({ sequence: row.sequence, attempts: attempt, nextAt: next, detail });
  }

  async #fetch(request: ConfirmRequest): Promise<ConfirmResponse> {
    try {
      const response = await this.#deps.api.fetch(request.url, {
        headers: request.headers,
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { status: response.status, json: await readJson(response) };
    } catch {
      return { status: 0, json: null };
    }
  }
}
