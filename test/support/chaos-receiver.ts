/**
 * A destination that misbehaves on request: `POST /hang`, `/reset`, `/huge` … do what they say. Real sockets, so that
 * what is tested is the runtime's HTTP client and not a stand-in.
 *
 * `GET /notes/{key}` tells what the receiver saw under that key: bytes it got rid of, most requests at once.
 *
 * `POST /box/{key}` keeps what it gets; `GET /boxes/{key}` gives it back, oldest first. `PUT /modes/{key}` says how the
 * box answers from then on: `{status, retryAfter}`, or `{hangs: true}`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ChaosReceiver = { url: string; close: () => Promise<void> };

/** What `/echo` answers: the request as it was on the wire. `body` is base64. */
export type Echo = { method: string; target: string; rawHeaders: string[]; body: string };

/** A request as a box keeps it; header names in lower case, `at` when its body was complete, in ms since 1970. */
export type Boxed = { at: number; target: string; headers: Record<string, string>; body: string };

/** `releases`: what hangs is answered now. */
export type Mode = { status?: number; retryAfter?: string; hangs?: boolean; releases?: boolean };

export type Notes = {
  sentBytes: number;
  closed: boolean;
  inFlight: number;
  mostInFlight: number;
  requests: number;
};

type Behaviour = (request: IncomingMessage, response: ServerResponse, url: URL, notes: Notes) => void;

const GIB = 1024 ** 3;

const BEHAVIOURS: Record<string, Behaviour> = {
  /** `?status=`, `?retry_after=`, `?location=`, `?body=` */
  answer: (_request, response, url) => {
    const retryAfter = url.searchParams.get('retry_after');
    const location = url.searchParams.get('location');
    if (retryAfter !== null) response.setHeader('Retry-After', retryAfter);
    if (location !== null) response.setHeader('Location', location);
    response.writeHead(Number(url.searchParams.get('status') ?? '200'));
    response.end(url.searchParams.get('body') ?? '');
  },

  echo: (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const echo: Echo = {
        method: request.method ?? '',
        target: request.url ?? '',
        rawHeaders: request.rawHeaders,
        body: Buffer.concat(chunks).toString('base64'),
      };
      response.end(JSON.stringify(echo));
    });
  },

  hang: () => {},

  'hang-in-body': (_request, response, url) => {
    response.writeHead(Number(url.searchParams.get('status') ?? '200'), { 'Content-Length': '100' });
    response.write('so far');
  },

  reset: request => {
    request.socket.resetAndDestroy();
  },

  'reset-in-body': (request, response, url) => {
    response.writeHead(Number(url.searchParams.get('status') ?? '200'), { 'Content-Length': '100' });
    response.write('so far', () => setTimeout(() => request.socket.resetAndDestroy(), 50));
  },

  close: request => {
    request.socket.end();
  },

  garbage: request => {
    request.socket.end('\u0000\u0001 220 mail.example.com ESMTP ready\r\n\r\n');
  },

  /** 1 GiB as fast as it is taken. */
  huge: (_request, response, url, notes) => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    response.writeHead(Number(url.searchParams.get('status') ?? '200'), { 'Content-Length': String(GIB) });
    const more = () => {
      while (!response.destroyed && notes.sentBytes < GIB) {
        notes.sentBytes += chunk.length;
        if (!response.write(chunk)) return;
      }
      response.end();
    };
    response.on('drain', more);
    more();
  },

  /** A byte every 20 ms, for ever. */
  drip: (_request, response, url) => {
    response.writeHead(Number(url.searchParams.get('status') ?? '200'));
    const dripping = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(dripping));
  },

  /** The headers themselves, a byte every 20 ms, for ever. */
  'drip-headers': request => {
    request.socket.write('HTTP/1.1 200 OK\r\nX-Slow: ');
    const dripping = setInterval(() => request.socket.write('.'), 20);
    request.socket.on('close', () => clearInterval(dripping));
  },

  /** `?bytes=` in one header */
  'big-header': (request, _response, url) => {
    const bytes = Number(url.searchParams.get('bytes'));
    request.socket.end(`HTTP/1.1 200 OK\r\nX-Big: ${'x'.repeat(bytes)}\r\nConnection: close\r\n\r\n`);
  },

  switching: request => {
    request.socket.end(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
  },

  /** `?hex=`: these bytes as the body, `?times=` over */
  bytes: (_request, response, url) => {
    const times = Number(url.searchParams.get('times') ?? '1');
    response.end(Buffer.from((url.searchParams.get('hex') ?? '').repeat(times), 'hex'));
  },

  /** `?ms=`: answers after that long, with `?status=` */
  wait: (_request, response, url) => {
    response.statusCode = Number(url.searchParams.get('status') ?? '200');
    setTimeout(() => response.end(), Number(url.searchParams.get('ms')));
  },
};

/** Boxes by key: what came, and how they answer. */
class Boxes {
  #kept = new Map<string, Boxed[]>();
  #modes = new Map<string, Mode>();
  #hanging = new Map<string, ServerResponse[]>();

  /** False for a path that is none of a box. */
  async serve(
    request: IncomingMessage,
    response: ServerResponse,
    [name, key]: [string, string],
  ): Promise<boolean> {
    if (name === 'boxes') response.end(JSON.stringify(this.#kept.get(key) ?? []));
    else if (name === 'modes') {
      const mode = JSON.parse(await textOf(request)) as Mode;
      this.#modes.set(key, mode);
      if (mode.releases === true) for (const hung of this.#hanging.get(key) ?? []) hung.end();
      response.end();
    } else if (name === 'box') await this.#keep(request, response, key);
    else return false;
    return true;
  }

  async #keep(request: IncomingMessage, response: ServerResponse, key: string): Promise<void> {
    const body = await textOf(request);
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    const boxed = { at: Date.now(), target: request.url ?? '', headers: Object.fromEntries(headers), body };
    this.#kept.set(key, [...(this.#kept.get(key) ?? []), boxed]);
    const { status = 200, retryAfter, hangs = false } = this.#modes.get(key) ?? {};
    if (hangs) {
      this.#hanging.set(key, [...(this.#hanging.get(key) ?? []), response]);
      return;
    }
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    response.writeHead(status).end();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Listens on a free loopback port. */
export async function startChaosReceiver(): Promise<ChaosReceiver> {
  const notesByKey = new Map<string, Notes>();
  const boxes = new Boxes();
  const notesOf = (key: string) => {
    const notes = notesByKey.get(key) ?? {
      sentBytes: 0,
      closed: false,
      inFlight: 0,
      mostInFlight: 0,
      requests: 0,
    };
    notesByKey.set(key, notes);
    return notes;
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://chaos');
    const [, name = '', key = ''] = url.pathname.split('/');
    if (name === 'notes') {
      response.end(JSON.stringify(notesOf(key)));
      return;
    }
    const notes = notesOf(name === 'box' ? key : (url.searchParams.get('key') ?? ''));
    notes.requests += 1;
    notes.inFlight += 1;
    notes.mostInFlight = Math.max(notes.mostInFlight, notes.inFlight);
    response.on('close', () => {
      notes.inFlight -= 1;
      notes.closed = true;
    });
    const behaviour = BEHAVIOURS[name];
    if (behaviour !== undefined) behaviour(request, response, url, notes);
    else {
      void boxes.serve(request, response, [name, key]).then(
        served => void (served || response.writeHead(404).end()),
        // Gone in the middle of its request.
        () => response.destroy(),
      );
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
