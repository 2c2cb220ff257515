/**
 * Requests that are sent all at once and held open where they arrive, so that it can be counted how many wait for their headers
 * at the same time. The self-test sends them over the objects that carry deliveries. No connection is counted here, other than
 * in deliveries: the runtime's own limit is what is to be seen.
 */
import { LIMITS } from '../limits';

/** Longest wait for all answers. */
const PATIENCE_MS = 20_000;

/** When a request arrived and when it was answered, by the clock of who held it; ms since 1970. Or why it was not. */
export type Held = { arrived: number; answered: number } | { failure: HeldFailure };

export type HeldFailure = {
  /** `status`: answered with another status than 200; `other_answer`: by somebody else. */
  error: 'timeout' | 'connection' | 'status' | 'other_answer';
  status: number | null;
  /** Cloudflare's own number, where its error page answered. */
  cloudflareCode: number | null;
};

/** Sends `count` requests to the echo at once. Throws nothing. */
export function heldRequests(url: string, count: number): Promise<Held[]> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return Promise.all(Array.from({ length: count }, () => heldRequest(url, signal)));
}

async function heldRequest(url: string, signal: AbortSignal): Promise<Held> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method: 'POST', redirect: 'manual', signal });
    text = await beginningOf(response);
  } catch {
    const error = signal.aborted ? 'timeout' : 'connection';
    return { failure: { error, status: null, cloudflareCode: null } };
  }
  const { status } = response;
  const times = status === 200 ? timesIn(text) : null;
  if (times !== null) return times;
  const code = /error code: (\d{3,5})/i.exec(text)?.[1];
  const error = status === 200 ? 'other_answer' : 'status';
  return { failure: { error, status, cloudflareCode: code === undefined ? null : Number(code) } };
}

/** At most MAX_RESPONSE_BYTES: whoever answers need not be the gateway. */
async function beginningOf(response: Response): Promise<string> {
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let left: number = LIMITS.MAX_RESPONSE_BYTES; reader !== undefined && left > 0; ) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    left -= value.length;
    text += decoder.decode(value, { stream: true });
  }
  reader?.cancel().catch(() => {});
  return text;
}

function timesIn(text: string): { arrived: number; answered: number } | null {
  const [arrived, answered] = [/"arrived_ms":(\d+)/, /"answered_ms":(\d+)/].map(one => one.exec(text)?.[1]);
  return arrived === undefined || answered === undefined
    ? null
    : { arrived: Number(arrived), answered: Number(answered) };
}
