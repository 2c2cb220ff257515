/**
 * Every line that the gateway writes to its log: one JSON object on one line, so that it can be searched by its fields
 * wherever logs go. The names are a contract (`docs/operate.md` has the table, and a test compares it with this one).
 *
 * No secret, no header value, no body and no address of a destination is ever in a line.
 */
import { currentRequestId } from './request-id';

/** Name → how loud. */
export const LOG_LINES = {
  alarm_failed: 'error',
  alarm_restored: 'warn',
  call_failed: 'error',
  call_limited: 'error',
  circuit_closed: 'info',
  circuit_opened: 'warn',
  delivery_dead: 'warn',
  handshake_refused: 'warn',
  kv_copy_failed: 'error',
  limiter_failed: 'error',
  memory_full: 'warn',
  metrics_incomplete: 'warn',
  round_failed: 'error',
  storage_accepted: 'info',
  storage_refused: 'error',
  unavailable: 'error',
  unexpected_error: 'error',
  unverified: 'warn',
} as const satisfies Record<string, 'error' | 'warn' | 'info'>;

export type LogLine = keyof typeof LOG_LINES;
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** What writes lines; passed in where simulations run the code. */
export type Log = (event: LogLine, fields?: LogFields) => void;

/** The deployed version that this isolate runs; null where the platform does not say. */
let version: string | null = null;

/** To be called with what the platform says of the version, before anything is logged. */
export function setVersion(env: { VERSION?: Pick<WorkerVersionMetadata, 'id'> }): void {
  version = env.VERSION?.id ?? null;
}

export const versionId = (): string | null => version;

/** Writes one line, with the id of the request that is being answered, if one is. */
export function logLine(event: LogLine, fields: LogFields = {}): void {
  const line = {
    event,
    request_id: currentRequestId() ?? undefined,
    version: version ?? undefined,
    ...fields,
  };
  console[LOG_LINES[event]](JSON.stringify(line));
}
