/**
 * Confirmation: before an event whose body is not signed is forwarded, its entity is fetched from the provider's API.
 *
 * Confirmed events take their place in the feed then; unconfirmed ones go to quarantine; while the API is down or the
 * token lacks a scope the event is held, shown, and tried again on the default retry schedule. Nothing is dropped.
 */

import { nextAttempt } from '../../delivery/retry-schedule';
import { confirmRequest, judgeConfirmation } from '../../providers/ecwid-confirm';
import { DEFAULT_RETRY_SCHEDULE } from '../../subscriptions/destination-options';
import type { Log } from '../commit/event-log';

const MAX_IN_FLIGHT = 4;
const TIMEOUT_MS = 10_000;
/** An entity is small; what is larger is not read. */
const MAX_ENTITY_BYTES = 1024 * 1024;

type Row = { sequence: number; attempts: number; next_at: number };

export type ConfirmationsDeps = {
  sql: SqlStorage;
  log: Log;
  fetch: typeof fetch;
  /** The API's address and opened token; null when the webhook confirms nothing or its token cannot be opened. */
  access: () => Promise<{ url: string; token: string } | null>;
  /** The destination URL policy. */
  urlProblem: (url: string) => string | null;
  release: (sequence: number) => void;
  now: () => number;
  random: () => number;
  /** Something changed that the alarm depends on, or that can be forwarded. */
  changed: () => void;
};

export class Confirmations {
  #deps: ConfirmationsDeps;
  #inFlight = new Set<number>();
  #stopped = false;

  constructor(deps: ConfirmationsDeps) {
    this.#deps = deps;
  }

  /** Starts what is due. */
  pump(): void {
    const room = MAX_IN_FLIGHT - this.#inFlight.size;
    if (room <= 0 || this.#stopped) return;
    const due = this.#deps.sql
      .exec<Row>(
        'SELECT sequence, attempts, next_at FROM confirmations WHERE next_at <= ? ORDER BY sequence LIMIT ?',
        this.#deps.now(),
        MAX_IN_FLIGHT * 2,
      )
      .toArray()
      .filter(row => !this.#inFlight.has(row.sequence));
    for (const row of due.slice(0, room)) void this.#confirm(row);
  }

  /** The webhook is deleted: what is under way ends without a trace. */
  stop(): void {
    this.#stopped = true;
  }

  /** When to pump again, ms since 1970, or null. */
  nextAt(): number | null {
    const [row] = this.#deps.sql
      .exec<{ at: number | null }>('SELECT min(next_at) AS at FROM confirmations')
      .toArray();
    const at = row?.at ?? null;
    if (at === null) return null;
    // Under way: only a crash leaves it to the alarm.
    return this.#inFlight.size > 0 ? Math.max(at, this.#deps.now() + 2 * TIMEOUT_MS) : at;
  }

  /** What was found out about a held event, or null. */
  detail(sequence: number): { attempts: number; nextAt: number; detail: string | null } | null {
    const [row] = this.#deps.sql
      .exec<{ attempts: number; next_at: number; detail: string | null }>(
        'SELECT attempts, next_at, detail FROM confirmations WHERE sequence = ?',
        sequence,
      )
      .toArray();
    return row === undefined ? null : { attempts: row.attempts, nextAt: row.next_at, detail: row.detail };
  }

  async #confirm(row: Row): Promise<void> {
    this.#inFlight.add(row.sequence);
    try {
      await this.#judge(row);
    } finally {
      this.#inFlight.delete(row.sequence);
    }
    if (!this.#stopped) this.#deps.changed();
  }

  async #judge(row: Row): Promise<void> {
    const { log } = this.#deps;
    const body = log.segments.body(row.sequence);
    if (body === null) return this.#refuse(row, 'the body is gone');
    const access = await this.#deps.access();
    if (this.#stopped) return;
    if (access === null) return this.#again(row, 'the confirm token cannot be opened');
    const request = confirmRequest(access, body);
    if (!request.ok) return this.#refuse(row, request.error);
    const problem = this.#deps.urlProblem(request.value.url);
    if (problem !== null) return this.#again(row, problem);
    const verdict = judgeConfirmation(body, await this.#fetch(request.value));
    if (this.#stopped) return;
    switch (verdict.verdict) {
      case 'confirmed':
        return this.#deps.release(row.sequence);
      case 'unconfirmed':
        return this.#refuse(row, verdict.detail);
      case 'retry':
        return this.#again(row, verdict.detail);
    }
  }

  #refuse(row: Row, detail: string): void {
    const issues = [{ path: '', message: `not confirmed: ${detail}` }];
    this.#deps.log.refuse(row.sequence, issues, this.#deps.now());
  }

  #again(row: Row, detail: string): void {
    const attempt = row.attempts + 1;
    const now = this.#deps.now();
    const schedule = [...DEFAULT_RETRY_SCHEDULE];
    const next = nextAttempt({ attempt, schedule, now, random: this.#deps.random(), retryAfterMs: null });
    if (next === 'dead') {
      this.#refuse(row, detail);
      return;
    }
    this.#deps.sql.exec(
      'UPDATE confirmations SET attempts = ?, next_at = ?, detail = ? WHERE sequence = ?',
      attempt,
      next,
      detail,
      row.sequence,
    );
  }

  /** Status 0 stands for no answer. */
  async #fetch(request: {
    url: string;
    headers: Record<string, string>;
  }): Promise<{ status: number; json: unknown }> {
    try {
      const response = await this.#deps.fetch(request.url, {
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

/** The body as JSON, or null where it is none or too large. */
async function readJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body === null) return null;
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    bytes += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (bytes > MAX_ENTITY_BYTES) return null;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(await new Blob(chunks).text());
  } catch {
    return null;
  }
}
