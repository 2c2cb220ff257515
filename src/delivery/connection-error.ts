/**
 * What kind of failure it was where a receiver gave no answer, as far as the runtime tells: it has no codes, only words. They are
 * not passed on, as they may name what is nobody's business.
 */
import type { ConnectionError } from './outgoing';

/** The kind of what `fetch` threw. */
export function connectionErrorOf(error: unknown): ConnectionError {
  const words = error instanceof Error ? error.message : '';
  if (/connection (?:lost|reset|refused|closed)|disconnected/i.test(words)) return 'lost';
  // For a name that is not known, and for a certificate that does not fit, it says no more than this.
  if (/internal error|dns|lookup|tls|certificate|handshake/i.test(words)) return 'unreachable';
  return 'other';
}
