/** Listening to a webhook over a WebSocket: what the Worker asks its object for, and why the object ends it. */
import type { FeedStart } from './events';

export type StreamQuery = {
  after: FeedStart;
  /** A pattern; null for all events that the provider sent. */
  topic: string | null;
  /** The id of the API token that listens; null for the admin token. */
  tokenId: string | null;
  include?: 'body';
  /** When the session at the page is over, ms since 1970; absent where it is none. */
  endsAt?: number;
  /** Events that are replayed come, too. */
  replays?: true;
};

/** Why a stream ends → the close code that says so. */
export const STREAM_ENDS = {
  token_ended: 4001,
  webhook_deleted: 4004,
  too_slow: 4008,
  beyond_end: 4009,
  other_life: 4010,
  unavailable: 4013,
  bad_message: 4022,
  too_many_listeners: 4029,
} as const;

export type StreamEnd = keyof typeof STREAM_ENDS;

/** The object takes the query in the address of a request, as only requests can be answered with a WebSocket. */
export const streamUrl = (query: StreamQuery): string =>
  `https://webhook/stream?${new URLSearchParams({ query: JSON.stringify(query) })}`;

/** The query in an address that `streamUrl` made. */
export const streamQueryOf = (url: string): StreamQuery =>
  JSON.parse(new URL(url).searchParams.get('query') ?? '') as StreamQuery;
