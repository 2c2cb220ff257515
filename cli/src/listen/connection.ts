/** One connection to a stream: its messages in order, until it ends or proves to be dead. */
import type { Message } from './messages';

const PING_MS = 4_000;
/**
 * Pings without a word since: after 12 s a connection counts as dead. Counted, not timed, as a process that was stopped has not
 * listened meanwhile.
 */
const MAX_UNANSWERED = 2;

export type StreamConnection = {
  messages: AsyncGenerator<Message>;
  /** Sends a mark back. */
  send(message: Message): void;
};

/** Never fails: a connection that cannot be made has no messages. */
export function connect(address: string, token: string): StreamConnection {
  const socket = new WebSocket(address, ['gapless.v1', `bearer.${encodeURIComponent(token)}`]);
  const queue: Message[] = [];
  let isOpen = true;
  let unanswered = 0;
  let wake = () => {};
  function end(): void {
    clearInterval(timer);
    isOpen = false;
    wake();
  }
  const timer = setInterval(() => {
    if (unanswered++ < MAX_UNANSWERED) {
      if (socket.readyState === WebSocket.OPEN) socket.send('ping');
    } else {
      socket.close();
      end();
    }
  }, PING_MS);
  socket.addEventListener('message', ({ data }) => {
    unanswered = 0;
    if (!isOpen || data === 'pong') return;
    queue.push(JSON.parse(String(data)));
    wake();
  });
  socket.addEventListener('close', end);
  socket.addEventListener('error', end);

  async function* messages(): AsyncGenerator<Message> {
    for (;;) {
      const next = queue.shift();
      if (next !== undefined) yield next;
      else if (!isOpen) return;
      else await new Promise<void>(resolve => (wake = resolve));
    }
  }
  return {
    messages: messages(),
    send(message) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
  };
}
