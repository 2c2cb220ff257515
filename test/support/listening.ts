/** A listener inside the test's workerd: what it was sent, in order, and how it ended. It sends marks back unless told not to. */
import { env, exports } from 'cloudflare:workers';
import { expect } from 'vitest';

/** What tells an entry of the gap list from all others. */
export type GapName = { epoch: number; from: number; to: number; before?: unknown; after?: unknown };

export type StreamMessage = {
  type: string;
  cursor: string;
  event?: { sequence: number; topic: string; body?: string; status: string };
  delivery?: { sequence: number; destination_id: string; status: string; attempts: number; replay: boolean };
  gaps?: GapName[];
  removed?: GapName[];
  mark?: number;
  messages?: number;
  reason?: string;
  complete?: boolean;
};

type Options = {
  query?: string;
  headers?: Record<string, string>;
  /** Leaves marks unanswered. */
  slow?: boolean;
};

/** The answer to a request for a stream. */
export const askToListen = (webhookId: number, query = '', headers: Record<string, string> = {}) =>
  exports.default.fetch(
    new Request(`https://gw.example.com/v1/webhooks/${webhookId}/stream${query}`, {
      headers: { Upgrade: 'websocket', Authorization: `Bearer ${env.ADMIN_TOKEN}`, ...headers },
    }),
  );

export class Listening {
  readonly messages: StreamMessage[] = [];
  readonly others: unknown[] = [];
  closed: { code: number; reason: string } | null = null;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket, slow: boolean) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => {
      if (data === 'pong') {
        this.others.push(data);
        return;
      }
      const message = JSON.parse(String(data)) as StreamMessage;
      this.messages.push(message);
      if (message.type === 'mark' && !slow) socket.send(String(data));
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
    });
    socket.accept();
  }

  static async to(webhookId: number, { query = '', headers = {}, slow = false }: Options = {}) {
    const { status, webSocket } = await askToListen(webhookId, query, headers);
    expect(status).toBe(101);
    if (webSocket === null) throw new Error('no WebSocket');
    const listening = new Listening(webSocket, slow);
    await listening.until(() => listening.messages.length > 0);
    return listening;
  }

  send(text: string): void {
    this.#socket.send(text);
  }

  cut(): void {
    this.#socket.close(1000);
  }

  /** Where it would go on from. */
  get cursor(): string {
    return this.messages.at(-1)?.cursor ?? '0';
  }

  get sequences(): number[] {
    return this.messages.flatMap(({ event }) => event?.sequence ?? []);
  }

  of(type: string): StreamMessage[] {
    return this.messages.filter(message => message.type === type);
  }

  until(holds: () => boolean): Promise<void> {
    return expect.poll(holds).toBe(true);
  }
}
