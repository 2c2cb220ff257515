/**
 * A loopback port that was free a moment ago, for a process that wants a number instead of choosing one.
 *
 * Not one that the system gives to outgoing connections: while a test waits for a gateway that is being restarted, one of
 * its own attempts to connect could come from that very port, reach itself, and keep the gateway from listening there.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below what Linux (32768) and others (49152) take outgoing ports from. */
const PORTS = { from: 10_000, to: 32_000 };
const TRIES = 50;

/**
 * A port is free until its process listens, seconds later: given twice, two gateways would be taken for one. So each worker of the tests
 * has ports of its own, and gives none twice.
 */
const SHARES = 8;
const SHARE = Math.floor((PORTS.to - PORTS.from) / SHARES);
const given = new Set<number>();

export async function freePort(): Promise<number> {
  const from = PORTS.from + (Number(process.env.VITEST_POOL_ID ?? 0) % SHARES) * SHARE;
  for (let i = 0; i < TRIES; i++) {
    const port = randomInt(from, from + SHARE);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new Error('no port');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const listening = await new Promise<boolean>(resolve => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (listening) await new Promise(resolve => server.close(resolve));
  return listening;
}
