/**
 * The line to the gateway that says when something happens at a webhook: a WebSocket, opened again when it is lost. It begins with what
 * comes from now on, not where the last one ended: the page is asked for again whenever a line is open, which is all that
 * happened meanwhile in one answer, after a second as after a week.
 */

/** A message that is no event: `../../log/stream/messages.ts`. */
export type Message = {
  type: string;
  event?: { sequence: number };
  delivery?: { sequence: number };
  gaps?: readonly { from: number; to: number; status: string }[];
};

export type Told = {
  /** The line is open: whatever happens from here on is heard. */
  open: () => void;
  heard: (message: Message) => void;
  /** It is lost, and will be tried again. @param reason of `StreamEnd`, or nothing */
  lost: (reason: string) => void;
  /** It is over for good. */
  ended: (reason: string) => void;
};

/** After these it is of no use to come again. */
const FINAL = new Set(['token_ended', 'webhook_deleted']);
const MOST_WAIT_MS = 30_000;
/** A line that is dead is not told of by anybody: it is asked, and has to answer before it is asked again. */
const PING_MS = 30_000;

/** How long to wait before the next try, ms. @param tries that failed in a row, from 1 @param random from 0 to 1 */
const waitMs = (tries: number, random: number): number =>
  Math.min(MOST_WAIT_MS, 500 * 2 ** tries) * (0.5 + random / 2);

export class Line {
  #path: string;
  #told: Told;
  #socket: WebSocket | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #tries = 0;
  #isReady = false;

  constructor(path: string, told: Told) {
    this.#path = path;
    this.#told = told;
  }

  get isOpen(): boolean {
    return this.#isReady;
  }

  open(): void {
    this.close();
    const socket = new WebSocket(new URL(this.#path, location.href.replace(/^http/, 'ws')));
    this.#socket = socket;
    let isAlive = true;
    socket.onmessage = ({ data }) => {
      isAlive = true;
      if (data === 'pong') return;
      const message = JSON.parse(String(data)) as Message;
      if (message.type === 'mark') socket.send(String(data));
      else if (message.type === 'ready') {
        this.#tries = 0;
        this.#isReady = true;
        this.#told.open();
      } else if (message.type !== 'end') this.#told.heard(message);
    };
    socket.onclose = ({ reason }) => {
      this.close();
      if (FINAL.has(reason)) return this.#told.ended(reason);
      this.#tries++;
      this.#again = setTimeout(() => this.open(), waitMs(this.#tries, Math.random()));
      this.#told.lost(reason);
    };
    this.#ping = setInterval(() => {
      // A dead line may take minutes to close: what it says of it is not waited for.
      if (!isAlive) return socket.onclose?.(new CloseEvent('close'));
      isAlive = false;
      if (socket.readyState === WebSocket.OPEN) socket.send('ping');
    }, PING_MS);
  }

  /** Says nothing more, and is not tried again until it is opened. */
  close(): void {
    clearTimeout(this.#again);
    clearInterval(this.#ping);
    const socket = this.#socket;
    this.#socket = null;
    this.#isReady = false;
    if (socket === null) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }
}
