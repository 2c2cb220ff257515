/**
 * The listeners of a webhook, each a WebSocket that the runtime keeps while the object is out of memory (hibernation). An idle
 * one costs nothing: no row, no timer, no alarm; but one of a session at the page wants the alarm to come when that is over, and is ended then.
 *
 * Events are sent from the feed, after their commit: the runtime holds back what is sent until that is durable. So a listener
 * that comes again with its cursor has each event once. Attempts of deliveries and changes of gaps are told as they happen.
 *
 * A token that was revoked hears nothing from 10 s after. It is asked for before there is something to send, not with time.
 */
import type { Clock } from '../../clock';
import { LIMITS } from '../../limits';
import type { ReplayPosition } from '../contract/events';
import { type StreamEnd, type StreamQuery, streamQueryOf } from '../contract/stream';
import type { AttemptEnd } from '../forward/attempt-end';
import { feedStart } from '../read/feed-pages';
import type { Follower } from '../read/new-events';
import { endSocket, Listener } from './listener';
import { readyMessage } from './messages';
import { News, type StreamViews } from './news';

/** For so long a token is known to be good. */
const FRESH_MS = 10_000;
/** Attempts that ended while tokens are asked for; of more, listeners are told the number. */
const MAX_ENDS = 1000;
/** Characters of a message from a listener: a mark, with whatever cursor. */
const MAX_HEARD = 500;

type Sockets = Pick<DurableObjectState, 'acceptWebSocket' | 'getWebSockets' | 'setWebSocketAutoResponse'>;

export type ListenersDeps = {
  sockets: Sockets;
  /** Null once the webhook is deleted. */
  views: () => StreamViews | null;
  clock: Clock;
  /** Which of these API tokens there are. */
  tokens: (ids: string[]) => Promise<string[]>;
  /** What was to be sent could not be; the listeners are ended, the webhook goes on. */
  failed: (error: unknown) => void;
};

export class Listeners implements Follower {
  #deps: ListenersDeps;
  #known = new WeakMap<WebSocket, Listener>();
  #ends: AttemptEnd[] = [];
  #lost = 0;
  /** When each token was found to be good, ms since 1970. */
  #judgedAt = new Map<string, number>();
  #isJudging = false;
  /** When the first session is over; undefined: to be looked up. It can be of one that has gone. */
  #firstEnd: number | null | undefined;

  constructor(deps: ListenersDeps) {
    this.#deps = deps;
  }

  /** Answers the request of `streamUrl` with a WebSocket. Whoever cannot listen is told why over it, and it is closed. */
  open(url: string): Response {
    const { sockets, views } = this.#deps;
    const { 0: client, 1: server } = new WebSocketPair();
    const query = streamQueryOf(url);
    const current = views();
    const start = current === null ? null : feedStart(current, query.after);
    const reason = this.#refusal(start?.foreign ?? null);
    if (start === null || reason !== null) {
      server.accept();
      const none = { sequence: 0, release: 0 };
      endSocket(server, reason ?? 'webhook_deleted', start?.cursor ?? none);
    } else {
      // Answered by the runtime, which does not wake the object for it.
      sockets.setWebSocketAutoResponse(new WebSocketRequestResponsePair('ping', 'pong'));
      sockets.acceptWebSocket(server);
      const listener = Listener.begin(server, query, start.cursor, replaysFrom(query, current));
      server.send(readyMessage(listener.cursor));
      listener.keep();
      this.#known.set(server, listener);
      this.#firstEnd = undefined;
      this.committed();
    }
    return new Response(null, { status: 101, webSocket: client });
  }

  #refusal(foreign: 'beyond_end' | 'other_life' | null): StreamEnd | null {
    return this.#open.length >= LIMITS.MAX_LISTENERS ? 'too_many_listeners' : foreign;
  }

  /** A listener sent something: a mark, or what nobody asked for. */
  heard(socket: WebSocket, message: string | ArrayBuffer): void {
    const listener = this.#listener(socket);
    if (listener.returned(markOf(message))) {
      listener.keep();
      this.committed();
    } else listener.end('bad_message');
  }

  /** Ends all of them. */
  end(reason: StreamEnd): void {
    for (const listener of this.#open) listener.end(reason);
  }

  /** For the alarm: ends those whose session is over. */
  readonly chore = {
    name: 'listeners',
    dueAt: (): number | null => {
      if (this.#firstEnd === undefined) {
        const ends = this.#open.flatMap(({ endsAt }) => endsAt ?? []);
        this.#firstEnd = ends.length === 0 ? null : Math.min(...ends);
      }
      return this.#firstEnd;
    },
    run: (now: number): void => {
      this.#endOver(now);
      this.#firstEnd = undefined;
    },
  };

  #endOver(now: number): void {
    for (const listener of this.#open) if (listener.isOver(now)) listener.end('token_ended');
  }

  /** Attempts to deliver ended, and that is stored. */
  ended(ends: readonly AttemptEnd[]): void {
    const room = MAX_ENDS - this.#ends.length;
    this.#ends.push(...ends.slice(0, room));
    this.#lost += Math.max(0, ends.length - room);
    this.committed();
  }

  /** There may be something new. Cheap where nobody listens. */
  committed(): void {
    const views = this.#deps.views();
    const all = this.#open;
    if (views === null || all.length === 0) {
      this.#forget(views);
      return;
    }
    const now = this.#deps.clock.now();
    this.#endOver(now);
    const open = all.filter(({ isOpen }) => isOpen);
    const hasNews = this.#ends.length > 0 || this.#lost > 0 || !views.log.tables.gaps.changed.isEmpty;
    if (this.#isJudging || !(hasNews || open.some(listener => goesOn(listener, views)))) return;
    const unsure = this.#unsure(open, now);
    if (unsure.length > 0) {
      this.#isJudging = true;
      void this.#judge(unsure, now);
      return;
    }
    try {
      this.#tell(open, views, now);
    } catch (error) {
      // Whoever commits must not feel it.
      this.#deps.failed(error);
      this.end('unavailable');
    }
  }

  #tell(open: readonly Listener[], views: StreamViews, now: number): void {
    const news = new News(views, this.#ends, this.#lost);
    this.#ends = [];
    this.#lost = 0;
    for (const listener of open) {
      if (listener.isTooSlow(now)) listener.end('too_slow');
      else news.tell(listener, now);
      listener.keep();
    }
  }

  #forget(views: StreamViews | null): void {
    views?.log.tables.gaps.changed.take();
    this.#ends = [];
    this.#lost = 0;
  }

  get #open(): Listener[] {
    const { sockets } = this.#deps;
    return sockets
      .getWebSockets()
      .map(socket => this.#listener(socket))
      .filter(({ isOpen }) => isOpen);
  }

  #listener(socket: WebSocket): Listener {
    const known = this.#known.get(socket) ?? Listener.restore(socket);
    this.#known.set(socket, known);
    return known;
  }

  /** The tokens that have not been judged lately. */
  #unsure(open: readonly Listener[], now: number): string[] {
    const ids = new Set(open.flatMap(({ wants }) => wants.tokenId ?? []));
    return [...ids].filter(id => now - (this.#judgedAt.get(id) ?? Number.NEGATIVE_INFINITY) >= FRESH_MS);
  }

  async #judge(ids: string[], now: number): Promise<void> {
    try {
      const good = new Set(await this.#deps.tokens(ids));
      this.#judgedAt = new Map([...this.#judgedAt].filter(([, at]) => now - at < FRESH_MS));
      for (const id of good) this.#judgedAt.set(id, now);
      const gone = ids.filter(id => !good.has(id));
      this.#endThose(gone, 'token_ended');
    } catch {
      // Whether the token may still read, nobody knows.
      this.#endThose(ids, 'unavailable');
    }
    this.#isJudging = false;
    this.committed();
  }

  #endThose(tokenIds: readonly string[], reason: StreamEnd): void {
    const ending = new Set<string | null>(tokenIds);
    for (const listener of this.#open) if (ending.has(listener.wants.tokenId)) listener.end(reason);
  }
}

/** Where a listener begins in replays: after those that there are, unless it says where it was. Null: it wants none. */
function replaysFrom({ after, replays }: StreamQuery, views: StreamViews | null): ReplayPosition | null {
  if (replays !== true || views === null) return null;
  return (after === 'now' ? null : after.replay) ?? views.streamed.end;
}

/** Whether there is an event, or one of a replay, that a listener has not come to. */
const goesOn = ({ cursor, replays }: Listener, { log, streamed }: StreamViews): boolean =>
  log.feed.goesOnAfter(cursor) || (replays !== null && streamed.goesOnAfter(replays));

/** The number in a mark that came back; null for anything else. */
function markOf(message: string | ArrayBuffer): unknown {
  if (typeof message !== 'string' || message.length > MAX_HEARD) return null;
  try {
    const { type, mark } = Object(JSON.parse(message)) as { type?: unknown; mark?: unknown };
    return type === 'mark' ? mark : null;
  } catch {
    return null;
  }
}
