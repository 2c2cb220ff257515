/**
 * A destination that misbehaves on request: `POST /hang`, `/reset`, `/huge` … do what they say (`chaos-behaviours.ts`).
 *
 * `GET /notes/{key}` tells what the receiver saw under that key: bytes it got rid of, most requests at once.
 *
 * `POST /box/{key}` keeps what it gets; `GET /boxes/{key}` gives it back, oldest first. `PUT /modes/{key}` says how the
 * box answers from then on: `{status, retryAfter}`, or `{hangs: true}`; with `times` so many requests, and 200 after that.
 *
 * `POST /tally/{key}` hangs until `PUT /tallies/{key}`, and keeps no body. `GET /tallies/{key}` gives how many came, and how
 * often each delivery was answered.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BEHAVIOURS, type Notes } from './chaos-behaviours';

export type ChaosReceiver = { url: string; close: () => Promise<void> };

/** A request as a box keeps it; header names in lower case, `at` when its body was complete, in ms since 1970. */
export type Boxed = { at: number; target: string; headers: Record<string, string>; body: string };

/** `releases`: what hangs is answered now. */
export type Mode = {
  status?: number;
  retryAfter?: string;
  hangs?: boolean;
  releases?: boolean;
  times?: number;
};

/**
 * Instead of a box, decides what becomes of a request to it: the path of a behaviour (`/reset`, `/answer?status=503`).
 * What it is given is not kept.
 */
export type Taker = (key: string, headers: Record<string, string>, body: Buffer) => string;

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
    const boxed = { at: Date.now(), target: request.url ?? '', headers: headersOf(request), body };
    this.#kept.set(key, [...(this.#kept.get(key) ?? []), boxed]);
    const { status = 200, retryAfter, hangs = false, times } = this.#modes.get(key) ?? {};
    if (times !== undefined)
      this.#modes.set(key, times > 1 ? { ...this.#modes.get(key), times: times - 1 } : {});
    if (hangs) {
      this.#hanging.set(key, [...(this.#hanging.get(key) ?? []), response]);
      return;
    }
    if (retryAfter !== undefined) response.setHeader('Retry-After', retryAfter);
    response.writeHead(status).end();
  }
}

/** Requests by key that hang until all are answered; of each delivery, how often it was. */
class Tallies {
  #tallies = new Map<
    string,
    { requests: number; answered: Record<string, number>; ends: (() => void)[] | null }
  >();

  #of(key: string) {
    const tally = this.#tallies.get(key) ?? { requests: 0, answered: {}, ends: [] };
    this.#tallies.set(key, tally);
    return tally;
  }

  take(request: IncomingMessage, response: ServerResponse, key: string): void {
    const tally = this.#of(key);
    request.resume();
    request.on('end', () => {
      tally.requests++;
      const { 'ce-source': source, 'webhook-id': id } = request.headers;
      const end = (): void => {
        tally.answered[`${source} ${id}`] = (tally.answered[`${source} ${id}`] ?? 0) + 1;
        response.end();
      };
      if (tally.ends === null) end();
      else tally.ends.push(end);
    });
  }

  show(request: IncomingMessage, response: ServerResponse, key: string): void {
    const tally = this.#of(key);
    const ends = tally.ends ?? [];
    if (request.method === 'PUT') tally.ends = null;
    if (request.method === 'PUT') for (const end of ends) end();
    const { requests, answered } = tally;
    response.end(JSON.stringify({ requests, answered }));
  }
}

const headersOf = (request: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const textOf = async (request: IncomingMessage): Promise<string> => (await bytesOf(request)).toString();

/** Listens on a free loopback port. */
export async function startChaosReceiver(taker?: Taker): Promise<ChaosReceiver> {
  const notesByKey = new Map<string, Notes>();
  const boxes = new Boxes();
  const tallies = new Tallies();
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
    if (name === 'tally') tallies.take(request, response, key);
    else if (name === 'tallies') tallies.show(request, response, key);
    else if (behaviour !== undefined) behaviour(request, response, url, notes);
    else if (name === 'box' && taker !== undefined) {
      void bytesOf(request).then(
        body => {
          const taken = new URL(taker(key, headersOf(request), body), url);
          const [, chosen = ''] = taken.pathname.split('/');
          BEHAVIOURS[chosen]?.(request, response, taken, notes);
        },
        () => response.destroy(),
      );
    } else {
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
