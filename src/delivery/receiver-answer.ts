/**
 * What a receiver said when it did not take an event, as it is kept with the attempt: the beginning of its answer as text, and the
 * headers that explain a failure. Without the secrets that the receiver may have printed.
 */
import { LIMITS } from '../limits';
import type { ReceiverAnswer } from './outgoing';

const KEPT_HEADERS = ['content-type', 'retry-after', 'location', 'server'] as const;
const MAX_HEADER_BYTES = 256;

/**
 * @param bytes the beginning of the answer. More than what is kept, so that a secret that the cut goes through is seen as a whole
 * @param complete whether that is all of it
 */
export function receiverAnswer(
  headers: Headers,
  bytes: Uint8Array,
  complete: boolean,
  conceal: (text: string) => string,
): ReceiverAnswer {
  // With `stream`, a character that has not come as a whole is left out; what is no UTF-8 becomes U+FFFD.
  const text = conceal(new TextDecoder().decode(bytes, { stream: !complete }));
  const kept = cutText(text, LIMITS.MAX_KEPT_ANSWER_BYTES);
  const named = KEPT_HEADERS.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === null ? [] : [[name, cutText(conceal(value), MAX_HEADER_BYTES)]];
  });
  const truncated = !complete || kept.length < text.length;
  return { text: kept, truncated, headers: Object.fromEntries(named) };
}

/** The beginning of a text, at most so many bytes of UTF-8, cut at a character. */
function cutText(text: string, maxBytes: number): string {
  const room = new Uint8Array(maxBytes);
  return text.slice(0, new TextEncoder().encodeInto(text, room).read);
}
