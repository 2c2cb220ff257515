/**
 * Which headers of a provider's request are kept with the event and go along with it.
 *
 * Left out is what belongs to the connection or to the network in front of the Worker, credentials, and what receivers believe
 * of a proxy: no provider signs it, so whoever has a signed request could send it again with such a header. Everything else
 * passes, so that a receiver can verify the provider's own signature.
 *
 * Names are in lower case and otherwise as the provider wrote them. Those that look like the gateway's own are renamed
 * only when an event is sent (`outgoing-headers.ts`), so that the log shows what came. `content-encoding` passes, because
 * bodies are forwarded as received, still encoded. (Where the bytes inside are the signed ones, it is gone before: `verify-packed.ts`.)
 */
import { comparableName, isHopByHop } from './header-names';

const LEFT_BEHIND = new Set([
  // The next request has its own framing and host, and negotiates its own response.
  'accept-encoding',
  'content-length',
  'expect',
  'host',
  // Credentials for this gateway, not for the destination.
  'authorization',
  'cookie',
  // What the network in front of the Worker adds. Left in, `cdn-loop` makes the next network see a loop.
  'cdn-loop',
  // Whom a receiver takes for the client.
  'client-ip',
  'fastly-client-ip',
  'forwarded',
  'forwarded-for',
  'proxy-client-ip',
  'true-client-ip',
  'wl-proxy-client-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-forwarded',
  'x-originating-ip',
  'x-real-ip',
  'x-remote-addr',
  'x-remote-ip',
  // What a receiver takes for the method.
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  // What a receiver takes for the address.
  'x-http-host-override',
  'x-original-host',
  'x-original-uri',
  'x-original-url',
  'x-override-url',
  'x-rewrite-url',
]);

const LEFT_BEHIND_PREFIXES = ['cf-', 'x-forwarded-'];

/** Name-value pairs in lower case, in the order of `headers`; without those `Connection` nominates (RFC 9110 §7.6.1). */
export function passedHeaders(headers: Headers): [string, string][] {
  const connection = headers.get('connection');
  const nominated = connection?.split(',').map(option => comparableName(option.trim()));
  const passed: [string, string][] = [];
  // A loop over `headers` would have the runtime make a list and an object for each of them.
  headers.forEach((value, name) => {
    if (isPassed(name) && !nominated?.includes(comparableName(name)))
      passed.push([name.toLowerCase(), value]);
  });
  return passed;
}

/** Remembered by name: providers send the same few names with every request. */
const verdicts = new Map<string, boolean>();
const MAX_VERDICTS = 1000;

/** Whether a header of this name passes. Events of earlier releases were stored with more. */
export function isPassed(name: string): boolean {
  const known = verdicts.get(name);
  if (known !== undefined) return known;
  const comparable = comparableName(name);
  const passes = !(
    isHopByHop(comparable) ||
    LEFT_BEHIND.has(comparable) ||
    LEFT_BEHIND_PREFIXES.some(prefix => comparable.startsWith(prefix))
  );
  if (verdicts.size < MAX_VERDICTS) verdicts.set(name, passes);
  return passes;
}
