/**
 * The alarm of a webhook's object: set for its chores, seen to with every call, and walked when it fires.
 *
 * The platform gives up an alarm whose handler could not be run six times, and tells nobody. Without its alarm an object does
 * nothing of what is due, so whatever is asked of it, it looks whether it still has one. An alarm that could not be written is
 * tried again by a timer, ever less often; a chore that failed waits longer each time before it is due again.
 */
import { errorFields } from '../error-name';
import { logLine } from '../log-line';
import { type Chore, nextDueAt, runDue } from './chores';
import { DueTimes } from './due-times';

const AGAIN_AFTER_MS = 60_000;
/** How long the first failure makes it wait, and at most. */
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 60_000;

const waitAfter = (failures: number): number => Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));

export class Alarm {
  #storage: DurableObjectStorage;
  #due: DueTimes;
  #work: { webhookId: number; chores: readonly Chore[] } | null = null;
  /** Chores that failed: how often in a row, and until when they are not due, ms since 1970. */
  #waiting = new Map<string, { failures: number; until: number }>();
  /** How often in a row the alarm could not be written. */
  #unwritten = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    this.#due = this.#setTo(null);
  }

  #setTo(alarmAt: number | null): DueTimes {
    return new DueTimes(this.#storage, alarmAt, failure => this.#wasSet(failure));
  }

  /** From now on the alarm is for these chores. Sets nothing. */
  serve(webhookId: number, chores: readonly Chore[]): void {
    this.#work = { webhookId, chores: chores.map(chore => this.#patient(chore)) };
    this.#waiting.clear();
  }

  #patient(chore: Chore): Chore {
    const dueAt = (): number | null => {
      const at = chore.dueAt();
      return at === null ? null : Math.max(at, this.#waiting.get(chore.name)?.until ?? 0);
    };
    return { ...chore, dueAt };
  }

  /** All storage was deleted, and the alarm with it. */
  deleted(): void {
    this.#work = null;
    this.#due = this.#setTo(null);
  }

  /** When the object wakes: finds the alarm that is set, or sets the one that should be. */
  async find(): Promise<void> {
    const alarmAt = await this.#storage.getAlarm();
    this.#due = this.#setTo(alarmAt);
    if (alarmAt === null) this.#restore();
  }

  /** Sets the alarm again where it should have fired long ago. Cheap: for every call. */
  check(): void {
    if (this.#due.isLost(Date.now())) this.#restore();
  }

  #restore(): void {
    const dueAt = this.dueAt();
    if (this.#work === null || dueAt === null) return;
    const due_at = new Date(dueAt).toISOString();
    logLine('alarm_restored', { webhook_id: this.#work.webhookId, due_at });
    this.arrange();
  }

  /** When the next chore is due, ms since 1970, or null. */
  dueAt(): number | null {
    return this.#work === null ? null : nextDueAt(this.#work.chores);
  }

  /** Makes sure that it fires for the next chore. */
  arrange(): void {
    this.arrangeAt(this.dueAt());
  }

  /** Makes sure that it fires by `at`, ms since 1970; null for never. */
  arrangeAt(at: number | null): void {
    this.#due.arrange(at, Date.now());
  }

  /** To be called when it fires, as it is then not set any more. */
  fired(): void {
    this.#due.fired();
  }

  /** Runs the chores that are due, and sets the next alarm. Never rejects. */
  async run(): Promise<void> {
    if (this.#work === null) return;
    const { webhookId, chores } = this.#work;
    const failed = new Map<string, unknown>();
    await runDue(chores, Date.now(), (chore, error) => void failed.set(chore, error));
    for (const { name } of chores) if (!failed.has(name)) this.#waiting.delete(name);
    for (const [name, error] of failed) {
      const failures = (this.#waiting.get(name)?.failures ?? 0) + 1;
      this.#waiting.set(name, { failures, until: Date.now() + waitAfter(failures) });
      if (failures === 1) logFailure(webhookId, name, error);
    }
    this.arrange();
  }

  /** Where it was not written: the timer keeps the object in memory; if it is lost, the next call or round finds no alarm. */
  #wasSet(failure: { error: unknown } | null): void {
    if (failure === null) {
      this.#unwritten = 0;
      return;
    }
    if (++this.#unwritten === 1) logFailure(this.#work?.webhookId ?? null, 'set_alarm', failure.error);
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.arrange();
    }, waitAfter(this.#unwritten));
  }

  /** Does `work`, which gives when it is to go on, ms since 1970; in a minute where it fails. Never rejects. */
  async attempt(name: string, work: () => Promise<number | null>): Promise<void> {
    try {
      this.arrangeAt(await work());
    } catch (error) {
      logFailure(null, name, error);
      this.arrangeAt(Date.now() + AGAIN_AFTER_MS);
    }
  }
}

function logFailure(webhookId: number | null, chore: string, error: unknown): void {
  logLine('alarm_failed', { webhook_id: webhookId, chore, ...errorFields(error) });
}
