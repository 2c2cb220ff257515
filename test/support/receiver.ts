/**
 * A destination: a real HTTP server on a loopback port that records what arrives, byte for byte, and answers as told.
 * `down` closes the port and cuts its connections; `up` opens the same port again.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Received = {
  method: string;
  /** Path and query. */
  url: string;
  /** As sent: names in their own case, repeated ones apart. */
  rawHeaders: [string, string][];
  /** Names in lower case; repeated ones joined. */
  headers: Record<string, string>;
  body: Buffer;
  /** When the body was complete, in ms since 1970. */
  at: number;
};

export type Reply = { status: number; headers?: Record<string, string>; body?: string; delayMs?: number };

/** Decides the reply to one request; `hang` never answers. */
export type Behaviour = (request: Received, index: number) => Reply | 'hang';

export type Receiver = {
  /** Base address without a path. */
  url: string;
  received: Received[];
  behave(behaviour: Behaviour): void;
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
};

const ok: Behaviour = () => ({ status: 200 });

export async function startReceiver(behaviour: Behaviour = ok): Promise<Receiver> {
  const received: Received[] = [];
  let current = behaviour;
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;

  async function listen(at: number): Promise<Server> {
    const created = createServer((request, response) => {
      void record(request).then(entry => {
        const index = received.push(entry) - 1;
        answer(response, current(entry, index));
      }, ignoreCut);
    });
    created.on('connection', (socket: Socket) => socket.on('error', ignoreCut));
    await new Promise<void>((resolve, reject) => {
      created.once('error', reject);
      created.listen(at, '127.0.0.1', resolve);
    });
    return created;
  }

  async function down(): Promise<void> {
    const closed = new Promise(resolve => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  return {
    url: `http://127.0.0.1:${port}`,
    received,
    behave(next) {
      current = next;
    },
    down,
    async up() {
      server = await listen(port);
    },
    close: down,
  };
}

async function record(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const rawHeaders: [string, string][] = [];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    rawHeaders.push([request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? '']);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of rawHeaders) {
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    rawHeaders,
    headers,
    body: Buffer.concat(chunks),
    at: Date.now(),
  };
}

function answer(response: ServerResponse, reply: Reply | 'hang'): void {
  if (reply === 'hang') return;
  const { status, headers = {}, body = '', delayMs = 0 } = reply;
  setTimeout(() => response.writeHead(status, headers).end(body), delayMs);
}

/** A sender that goes away in the middle of a request is nothing to record. */
function ignoreCut(): void {}
