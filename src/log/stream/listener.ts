/**
 * One listener: its WebSocket, how far it has come, and how much it may be sent.
 *
 * What is to be known of it is attached to the socket. The runtime keeps that while the object is out of memory, and it costs no
 * row. It is attached anew with `keep`, after whatever was sent in one go.
 */
import type { FeedCursor, FeedPosition, ReplayPosition, StreamCursor } from '../contract/events';
import { STREAM_ENDS, type StreamEnd, type StreamQuery } from '../contract/stream';
import { endMessage, markMessage, skippedMessage } from './messages';
import {
  counted,
  EMPTY_WINDOW,
  isFull,
  isMarkDue,
  isTooSlow,
  type Window,
  withMark,
  withReturned,
} from './window';

/** What is attached to the socket. */
type Attached = Pick<StreamQuery, 'topic' | 'include' | 'tokenId' | 'endsAt'> & {
  at: FeedPosition;
  /** The life of the webhook, as cursors have it. */
  life: string | null;
  window: Window;
  /** Messages that were not sent and that it has not been told of. */
  skipped: number;
  /** How far it is in replays. Null for one that wants none; absent from one that an earlier release let in. */
  replays?: ReplayPosition | null;
};

export class Listener {
  #socket: WebSocket;
  #attached: Attached;

  private constructor(socket: WebSocket, attached: Attached) {
    this.#socket = socket;
    this.#attached = attached;
  }

  /** A new one, that has all before `cursor`, and the replays up to a position; null for one that wants none. */
  static begin(
    socket: WebSocket,
    { topic, include, tokenId, endsAt }: StreamQuery,
    cursor: FeedCursor,
    replays: ReplayPosition | null,
  ): Listener {
    const { sequence, release, life = null } = cursor;
    return new Listener(socket, {
      ...{ topic, tokenId, at: { sequence, release }, life, replays, window: EMPTY_WINDOW, skipped: 0 },
      ...(include === undefined ? {} : { include }),
      ...(endsAt === undefined ? {} : { endsAt }),
    });
  }

  /** One that was kept. */
  static restore(socket: WebSocket): Listener {
    return new Listener(socket, socket.deserializeAttachment() as Attached);
  }

  /** False once it is closed, or on its way to be. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  get wants(): Readonly<Pick<Attached, 'topic' | 'include' | 'tokenId'>> {
    return this.#attached;
  }

  get cursor(): StreamCursor {
    return { ...this.#attached.at, life: this.#attached.life, replay: this.replays };
  }

  /** How far it is in replays; null where it wants none. */
  get replays(): ReplayPosition | null {
    return this.#attached.replays ?? null;
  }

  get hasRoom(): boolean {
    return !isFull(this.#attached.window);
  }

  /** When the session that it is of is over, ms since 1970; null for one that is of none. */
  get endsAt(): number | null {
    return this.#attached.endsAt ?? null;
  }

  isOver(now: number): boolean {
    return this.endsAt !== null && this.endsAt <= now;
  }

  isTooSlow(now: number): boolean {
    return isTooSlow(this.#attached.window, now);
  }

  /** Sends an event that stands right before `at`; null passes one over that it does not want. */
  go(at: FeedPosition, text: string | null, now: number): void {
    this.#attached.at = { sequence: at.sequence, release: at.release };
    this.#send(text, now);
  }

  /** The same for an event of a replay. */
  goReplay(at: ReplayPosition, text: string | null, now: number): void {
    this.#attached.replays = at;
    this.#send(text, now);
  }

  /** Sends what has no place in the feed, where there is room; else it is told later how many it missed. */
  tell(text: string, now: number): void {
    if (!this.hasRoom) this.#attached.skipped++;
    else {
      this.tellSkipped(now);
      this.#send(text, now);
    }
  }

  /** Messages were lost for everybody. */
  miss(messages: number): void {
    this.#attached.skipped += messages;
  }

  /** Says how many messages it missed, if it did and there is room. */
  tellSkipped(now: number): void {
    const { skipped } = this.#attached;
    if (skipped === 0 || !this.hasRoom) return;
    this.#attached.skipped = 0;
    this.#send(skippedMessage(this.cursor, skipped), now);
  }

  #send(text: string | null, now: number): void {
    if (text !== null) this.#socket.send(text);
    this.#attached.window = counted(this.#attached.window, text?.length ?? 0);
    if (!isMarkDue(this.#attached.window)) return;
    this.#attached.window = withMark(this.#attached.window, now);
    this.#socket.send(markMessage(this.cursor, this.#attached.window.marked));
  }

  /** A mark came back. False where there was none such. */
  returned(mark: unknown): boolean {
    const window = withReturned(this.#attached.window, mark);
    if (window === null) return false;
    this.#attached.window = window;
    return true;
  }

  keep(): void {
    if (this.isOpen) this.#socket.serializeAttachment(this.#attached);
  }

  end(reason: StreamEnd): void {
    endSocket(this.#socket, reason, this.cursor);
  }
}

/** Says why, and where to go on, then closes. */
export function endSocket(socket: WebSocket, reason: StreamEnd, cursor: StreamCursor): void {
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(endMessage(cursor, reason));
  socket.close(STREAM_ENDS[reason], reason);
}
