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

export type Message =
  | { type: 'event'; cursor: string; event: StreamedEvent }
  | { type: 'mark'; cursor: string; mark: number }
  | { type: 'end'; cursor: string; reason: string; detail: string }
  | { type: 'ready' | 'delivery' | 'gaps' | 'skipped'; cursor: string };

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
  /** Headers that the event has to have: a name in lower case, and a text in its value. */
  headers: readonly (readonly [name: string, text: string])[];
};

/** Whether an event is to be forwarded. Topics are told apart by the gateway. */
export function isWanted(event: StreamedEvent, { body, headers }: Filter): boolean {
  const hasHeaders = headers.every(([name, text]) => event.headers[name]?.includes(text) === true);
  if (!hasHeaders || body === null) return hasHeaders;
  const bytes = bodyOf(event);
  return bytes !== null && Buffer.from(bytes).includes(body);
}

/** Ends after which coming again leads nowhere. */
const FINAL = new Set(['token_ended', 'webhook_deleted', 'beyond_end', 'other_life', 'bad_message']);

export const isFinal = (reason: string): boolean => FINAL.has(reason);
