/** What a stream sends, as far as a listener deals with it (docs/api.md, "Listening"), and which events it wants. Pure. */

export type StreamedEvent = {
  sequence: number;
  increment_id: number | null;
  topic: string | null;
  received_at: string;
  late: boolean;
  repeats: number | null;
  headers: Record<string, string>;
  query: string;
  redacted: boolean;
  body?: string | null;
  body_base64?: string;
};

/** The replay that an event comes with; `isNew`: under an id of its own. */
export type OfReplay = { id: number; isNew: boolean };

export type Message =
  | { type: 'event'; cursor: string; event: StreamedEvent }
  | { type: 'replay'; cursor: string; event: StreamedEvent; replay_id: number; new_id: boolean }
  | { type: 'mark'; cursor: string; mark: number }
  | { type: 'end'; cursor: string; reason: string; detail: string }
  | { type: 'ready' | 'delivery' | 'gaps' | 'skipped'; cursor: string };

/** The replay of a message with an event; null for an event of the feed. */
export const replayOf = (message: Extract<Message, { event: unknown }>): OfReplay | null =>
  message.type === 'replay' ? { id: message.replay_id, isNew: message.new_id } : null;

/** The life of the webhook, as cursors have it: a webhook that is made again under its id begins at sequence 1. */
export const lifeOf = (cursor: string): string | null => cursor.split('~')[0]?.split('.')[2] ?? null;

/** The bytes that the provider sent; null where they were erased. */
export function bodyOf({ redacted, body, body_base64 }: StreamedEvent): Uint8Array<ArrayBuffer> | null {
  if (redacted) return null;
  return new Uint8Array(
    body_base64 === undefined ? Buffer.from(body ?? '', 'utf8') : Buffer.from(body_base64, 'base64'),
  );
}

export type Filter = {
  /** Text that the body has to have. */
  body: string | null;
  /** Text that the query string has to have. */
  query: string | null;
  /** Headers that the event has to have: a name in lower case, and a text in its value. */
  headers: readonly (readonly [name: string, text: string])[];
};

/** Whether an event is to be forwarded. Topics are told apart by the gateway. */
export function isWanted(event: StreamedEvent, { body, query, headers }: Filter): boolean {
  if (!headers.every(([name, text]) => event.headers[name]?.includes(text) === true)) return false;
  if (query !== null && !event.query.includes(query)) return false;
  const bytes = body === null ? null : bodyOf(event);
  return body === null || (bytes !== null && Buffer.from(bytes).includes(body));
}

/** Ends after which coming again leads nowhere. */
const FINAL = new Set(['token_ended', 'webhook_deleted', 'beyond_end', 'other_life', 'bad_message']);

export const isFinal = (reason: string): boolean => FINAL.has(reason);

/** Why a stream ended for good, for people. */
export const endText = ({ reason, detail }: Extract<Message, { type: 'end' }>): string =>
  reason === 'beyond_end' || reason === 'other_life' ? `${detail} Begin anew with --since.` : detail;
