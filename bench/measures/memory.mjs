/**
 * What bodies take of the memory when receivers hang, and when strangers begin bodies that they do not finish: resident memory
 * of workerd, above what it was before. In production an isolate has 128 MiB.
 */
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { SECRET } from '../requests.mjs';
import { createWebhook, sleep } from '../traffic.mjs';
import { memoryMiB } from './readings.mjs';

const DESTINATIONS = 20;
const EVENTS = 12;
const EVENT_BYTES = 1_000_000;
const UNFINISHED = 200;
/** How long receivers hang, in ms. */
const HANG_MS = 10_000;

/**
 * Answers `{ hung: [{ webhooks, taken, whileHung, drained, delivered, wanted, twice }], unfinished: { begun, refused, memory } }`, memory in MiB: `taken` for taking in the events alone, `whileHung` and `drained` with destinations that hang, and until those have all.
 * `fresh` starts a workerd for each, which has grown for nothing else.
 */
export async function measureMemory(fresh, { webhooks }) {
  const hung = [];
  for (const count of webhooks) {
    const { whileHung: taken } = await fresh(gateway => besideHung(gateway, count, 0));
    hung.push({ taken, ...(await fresh(gateway => besideHung(gateway, count, DESTINATIONS))) });
  }
  return { hung, unfinished: await fresh(unfinished) };
}

/** Answers the highest reading so far of what workerd has more than at the start; it ends with the last call. */
function watch({ pid }) {
  const start = memoryMiB(pid);
  let peak = start;
  const timer = setInterval(() => {
    peak = Math.max(peak, memoryMiB(pid));
  }, 50);
  return (ends = true) => {
    if (ends) clearInterval(timer);
    return peak - start;
  };
}

async function besideHung(gateway, count, hanging) {
  const receiver = await startHanging();
  const urls = Array.from({ length: hanging }, (_, index) => `${receiver.url}/${index}`);
  const destinations = urls.map(url => ({ url, timeout_seconds: 60 }));
  const hooks = [];
  for (let i = 0; i < count; i++) hooks.push(await createWebhook(gateway.ports.gapless, { destinations }));
  const peak = watch(gateway);
  for (let id = 1; id <= EVENTS; id++) {
    await Promise.all(hooks.map(({ path }) => post(gateway.ports.gapless, path, id)));
  }
  await sleep(hanging === 0 ? 0 : HANG_MS);
  const whileHung = peak(false);
  receiver.answer();
  const wanted = count * hanging * EVENTS;
  for (const until = Date.now() + 120_000; receiver.answered.size < wanted && Date.now() < until; )
    await sleep(50);
  const { answered } = receiver;
  const twice = [...answered.values()].filter(times => times > 1).length;
  const result = { webhooks: count, whileHung, drained: peak(), delivered: answered.size, wanted, twice };
  receiver.stop();
  return result;
}

/** Takes every request in, and answers none of them until `answer` is called. */
async function startHanging() {
  const answered = new Map();
  let waiting = [];
  const server = createServer((request, response) => {
    const end = () => {
      const key = `${request.headers['ce-source']} ${request.headers['webhook-id']}`;
      answered.set(key, (answered.get(key) ?? 0) + 1);
      response.end('ok');
    };
    request.resume();
    request.on('end', () => (waiting === null ? end() : waiting.push(end)));
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', 4096, resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    answered,
    answer: () => {
      const ends = waiting;
      waiting = null;
      for (const end of ends) end();
    },
    stop: () => server.close(),
  };
}

async function post(port, path, id, note = 'x'.repeat(EVENT_BYTES)) {
  const message = { unique_id: `order-${id}`, webhook_increment_id: id, note };
  const body = JSON.stringify({ topic: 'order:created', message });
  const mac = createHmac('sha256', SECRET).update(body).digest('base64');
  const headers = { 'x-plugin-hmac-sha256': mac, 'content-type': 'application/json' };
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`refused while measured: ${await response.text()}`);
  await response.text();
}

/** Bodies of 1 MiB, all but the last byte; and an event meanwhile. */
async function unfinished(gateway) {
  const { path } = await createWebhook(gateway.ports.gapless, { destinations: [] });
  const peak = watch(gateway);
  const refusals = new Set();
  const size = 1024 * 1024;
  const sockets = Array.from({ length: UNFINISHED }, () => {
    const socket = connect(gateway.ports.gapless, '127.0.0.1');
    socket.on('error', () => {});
    let answer = '';
    socket.on('data', chunk => {
      answer += chunk;
      if (answer.startsWith('HTTP/1.1 503') && /^retry-after: 30\r$/im.test(answer)) refusals.add(socket);
    });
    socket.write(`POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-length: ${size}\r\n\r\n`);
    socket.write(Buffer.alloc(size - 1));
    return socket;
  });
  // Until nobody is refused any more.
  for (let before = -1; refusals.size > before; await sleep(3000)) before = refusals.size;
  await post(gateway.ports.gapless, path, 1, 'small');
  for (const socket of sockets) socket.destroy();
  return { begun: UNFINISHED, refused: refusals.size, memory: peak() };
}
