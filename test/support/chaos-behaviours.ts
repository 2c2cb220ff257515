/**
 * What a receiver can do to a request, by name: `/hang`, `/reset`, `/huge` … Real sockets, so that what is tested is the
 * runtime's HTTP client and not a stand-in. `MISBEHAVIOURS` lists ways to go wrong, for tests that choose one by chance.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What `/echo` answers: the request as it was on the wire. `body` is base64. */
export type Echo = { method: string; target: string; rawHeaders: string[]; body: string };

/** What a receiver saw under a key. */
export type Notes = {
  sentBytes: number;
  closed: boolean;
  inFlight: number;
  mostInFlight: number;
  requests: number;
};

export type Behaviour = (request: IncomingMessage, response: ServerResponse, url: URL, notes: Notes) => void;

const GIB = 1024 ** 3;

export const BEHAVIOURS: Record<string, Behaviour> = {
  /** `?status=`, `?retry_after=`, `?location=`, `?body=` */
  answer: (_request, response, url) => {
    const retryAfter = url.searchParams.get('retry_after');
    const location = url.searchParams.get('location');
    if (retryAfter !== null) response.setHeader('Retry-After', retryAfter);
    if (location !== null) response.setHeader('Location', location);
    response.writeHead(Number(url.searchParams.get('status') ?? '200'));
    response.end(url.searchParams.get('body') ?? '');
  },

  /** `?status=`, `?to=`: an address of `REDIRECT_TARGETS`, or any */
  redirect: (_request, response, url) => {
    const location = url.searchParams.get('to') ?? REDIRECT_TARGETS[0];
    response.writeHead(Number(url.searchParams.get('status') ?? '302'), { Location: location });
    response.end();
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

  /** Fails, and prints the headers that it was sent. */
  'echo-failing': (request, response) => {
    const { authorization, 'webhook-id': id } = request.headers;
    response.writeHead(500, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ authorization, id }));
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

  /** `?hex=`: these bytes as the body, `?times=` over, with `?status=` */
  bytes: (_request, response, url) => {
    const times = Number(url.searchParams.get('times') ?? '1');
    response.statusCode = Number(url.searchParams.get('status') ?? '200');
    response.end(Buffer.from((url.searchParams.get('hex') ?? '').repeat(times), 'hex'));
  },

  /** `?ms=`: answers after that long, with `?status=` */
  wait: (_request, response, url) => {
    response.statusCode = Number(url.searchParams.get('status') ?? '200');
    setTimeout(() => response.end(), Number(url.searchParams.get('ms')));
  },
};

/** Where a redirect must not lead: this machine, its network, the cloud's metadata. */
export const REDIRECT_TARGETS = [
  'http://127.0.0.1/',
  'http://localhost:1/',
  'http://[::1]/',
  'http://10.0.0.1/',
  'http://192.168.1.1/',
  'http://169.254.169.254/latest/meta-data/',
  'file:///etc/passwd',
  '/box/redirected',
] as const;

/** None of these says when to come back. */
export const WRONG_RETRY_AFTER = [
  'later',
  '-5',
  '1e9',
  '0x10',
  '3.5',
  '7, 8',
  'Thu, 99 Nov 2026 99:00:00 GMT',
] as const;

/** How a receiver answers where it goes wrong. `delivered`: the status it gave first was a 2xx, and that counts. */
export type Misbehaviour = { path: string; delivered: boolean };

const failing = (path: string): Misbehaviour => ({ path, delivered: false });

/** Statuses that are failures and nothing more: not 410, which turns a destination off, and no 1xx, which is no answer. */
const FAILURES = [300, 304, 400, 401, 403, 404, 408, 413, 418, 421, 422, 425, 429, 451];
const OUTAGES = [500, 501, 502, 503, 504, 507, 511, 520, 599, 600, 999];

export const MISBEHAVIOURS: readonly Misbehaviour[] = [
  ...['/hang', '/drip-headers', '/reset', '/close', '/garbage', '/switching'].map(failing),
  failing('/big-header?bytes=10000000'),
  ...['/hang-in-body', '/reset-in-body', '/huge', '/drip'].flatMap(path => [
    failing(`${path}?status=500`),
    { path, delivered: true },
  ]),
  ...REDIRECT_TARGETS.map(to => failing(`/redirect?to=${encodeURIComponent(to)}`)),
  ...[...FAILURES, ...OUTAGES].map(status => failing(`/answer?status=${status}`)),
  ...WRONG_RETRY_AFTER.flatMap(value =>
    [429, 503].map(status => failing(`/answer?status=${status}&retry_after=${encodeURIComponent(value)}`)),
  ),
];
