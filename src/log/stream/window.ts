/**
 * How much a listener may be sent before it says that it keeps up.
 *
 * The runtime tells nothing of what waits in a socket (it has no `bufferedAmount`), and between the object and the listener are
 * others that buffer. So the listener is asked: after every 250 messages or 128 KiB comes a mark, which it sends back. With four
 * marks out, nothing more is sent; the events wait in the log, not in memory. A quiet stream has no marks.
 */

const MARK_MESSAGES = 250;
const MARK_BYTES = 128 * 1024;
const MAX_MARKS_OUT = 4;
/** How long a full window is waited for, once there is more to send. */
const PATIENCE_MS = 60_000;

export type Window = {
  /** What was sent since the last mark. */
  readonly messages: number;
  readonly bytes: number;
  /** The number of the last mark, and of the last one that came back. */
  readonly marked: number;
  readonly returned: number;
  /** Since when it is full, ms since 1970; null while it is not. */
  readonly fullSince: number | null;
};

export const EMPTY_WINDOW: Window = { messages: 0, bytes: 0, marked: 0, returned: 0, fullSince: null };

export const isFull = ({ marked, returned }: Window): boolean => marked - returned >= MAX_MARKS_OUT;

/** A message was sent, or an event passed over that this listener does not want. */
export const counted = (window: Window, bytes: number): Window => ({
  ...window,
  messages: window.messages + 1,
  bytes: window.bytes + bytes,
});

export const isMarkDue = ({ messages, bytes }: Window): boolean =>
  messages >= MARK_MESSAGES || bytes >= MARK_BYTES;

/** The next mark was sent. `now` in ms since 1970. */
export function withMark(window: Window, now: number): Window {
  const next = { ...window, messages: 0, bytes: 0, marked: window.marked + 1 };
  return isFull(next) ? { ...next, fullSince: now } : next;
}

/** A mark came back, and so all before it. Null where there was no such mark. */
export function withReturned(window: Window, mark: unknown): Window | null {
  if (!Number.isSafeInteger(mark) || Number(mark) < 1 || Number(mark) > window.marked) return null;
  const next = { ...window, returned: Math.max(window.returned, Number(mark)) };
  return isFull(next) ? next : { ...next, fullSince: null };
}

export const isTooSlow = ({ fullSince }: Window, now: number): boolean =>
  fullSince !== null && now - fullSince >= PATIENCE_MS;
