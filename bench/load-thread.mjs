/** The load, in a thread of its own: requests of one provider to one webhook, as fast as answered or at a given rate. */
import { connect } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { readMessages } from './http-connection.mjs';
import { monotonicMs } from './monotonic-ms.mjs';
import { PROVIDERS, toBytes } from './requests.mjs';

/** The "status" in an answer of the gateway; the floor answers in the same form. */
const statusOf = body => /"status":"(\w+)"/.exec(body.toString('latin1', 0, 60))?.[1] ?? 'unreadable';

parentPort.on('message', async ({ port, path, provider, from, count, connections, rate, ackedAt }) => {
  const make = index => toBytes(path, PROVIDERS[provider](from + index));
  // Requests are signed before the load, so that signing does not compete with what is measured. A long load would need
  // too much memory for that, and signs as it goes.
  const ready = count <= 100_000 ? Array.from({ length: count }, (_, index) => make(index)) : null;
  const acks = ackedAt === undefined ? null : new Float64Array(ackedAt);
  const latencies = new Float64Array(count);
  const failures = {};
  let accepted = 0;
  let next = 0;
  const startedAt = monotonicMs();

  await Promise.all(
    Array.from(
      { length: connections },
      () =>
        new Promise((resolve, reject) => {
          const socket = connect({ port, host: '127.0.0.1', noDelay: true });
          let index = -1;
          let sentAt = 0;
          const send = () => {
            if (next >= count) return socket.end();
            index = next++;
            // At a given rate, a request that is sent late still counts from the time when it was due.
            const dueAt = rate === undefined ? monotonicMs() : startedAt + (index * 1000) / rate;
            const wait = dueAt - monotonicMs();
            const write = () => {
              sentAt = dueAt;
              socket.write(ready?.[index] ?? make(index));
            };
            if (wait > 1) setTimeout(write, wait);
            else write();
          };
          socket.on('connect', send);
          socket.on('close', resolve);
          socket.on('error', reject);
          readMessages(socket, (head, body) => {
            const answeredAt = monotonicMs();
            latencies[index] = answeredAt - sentAt;
            if (acks !== null) acks[index] = answeredAt;
            const answer = head.startsWith('200', 9) ? statusOf(body) : head.slice(9, 12);
            if (answer === 'accepted') accepted++;
            else failures[answer] = (failures[answer] ?? 0) + 1;
            send();
          });
        }),
    ),
  );
  const seconds = (monotonicMs() - startedAt) / 1000;
  latencies.sort();
  if (accepted + Object.values(failures).reduce((sum, one) => sum + one, 0) < count)
    failures.unanswered = true;
  const quantile = share => latencies[Math.min(count - 1, Math.floor(count * share))];
  const latency = { p50: quantile(0.5), p99: quantile(0.99), p999: quantile(0.999) };
  parentPort.postMessage({ seconds, accepted, failures, rate: count / seconds, latency });
});
