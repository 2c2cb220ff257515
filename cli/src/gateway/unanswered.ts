/** Why a request got no answer, in words that somebody can act on. */

/** @param patienceMs how long it was waited for */
export function causeOf(error: unknown, patienceMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer in ${patienceMs / 1000} seconds`;
  const { cause } = error;
  if (cause instanceof AggregateError) return causeOf(cause.errors[0], patienceMs);
  const words = cause instanceof Error ? cause.message || cause.name : error.message;
  return words === 'bad port' ? BAD_PORT : words;
}

/** Browsers and Node ask no port of another protocol (fetch.spec.whatwg.org/#bad-port), and say just that. */
const BAD_PORT = 'its port belongs to another protocol, and is never asked; let it listen on another one';
