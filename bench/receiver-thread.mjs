/**
 * Receivers, in a thread of their own. A receiver answers after `delayMs`, or never, and notes in shared memory when
 * the event of each number came first: its increment id, or another header that `numberedBy` names. `counts` is
 * [requests, distinct events].
 */
import { createServer } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { readMessages } from './http-connection.mjs';
import { monotonicMs } from './monotonic-ms.mjs';

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: text/plain\r\n\r\nok');

parentPort.on('message', ({ delayMs, hangs, numberedBy, from, arrivedAt, counts }) => {
  const number = new RegExp(`\\r\\n${numberedBy}: (\\d+)`, 'i');
  const arrivals = new Float64Array(arrivedAt);
  const totals = new Int32Array(counts);
  const server = createServer(socket => {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    readMessages(socket, head => {
      if (hangs) return;
      const index = Number(number.exec(head)?.[1] ?? 0) - from;
      totals[0]++;
      if (index >= 0 && index < arrivals.length && arrivals[index] === 0) {
        arrivals[index] = monotonicMs();
        totals[1]++;
      }
      if (delayMs === 0) socket.write(ANSWER);
      else setTimeout(() => socket.writable && socket.write(ANSWER), delayMs);
    });
  });
  server.listen(0, '127.0.0.1', 4096, () => parentPort.postMessage(server.address().port));
});
