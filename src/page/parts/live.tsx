/**
 * What is live on a page: a bar that says how that stands, and the parts that change by themselves (`browser/live.ts`). Without scripts there
 * is no bar, and the parts stand still.
 */
import type { Child } from '../jsx/jsx-runtime';

/**
 * When a page is asked for again: when the stream at this path says something, of one event alone where that is given, or with time; and up to a
 * moment (RFC 3339) with time, too, for what no stream tells.
 */
export type Live =
  | { stream: string; sequence?: number; alsoUntil?: string | null }
  | { everySeconds: number };

export function LiveBar({ live }: { live: Live }) {
  const when =
    'stream' in live
      ? {
          'data-stream': live.stream,
          'data-sequence': live.sequence,
          'data-until': live.alsoUntil ?? undefined,
        }
      : { 'data-every': live.everySeconds };
  return (
    <div class="live" id="live" hidden {...when}>
      <span class="state off">not live</span>
      <button type="button" class="plain">
        Stop updates
      </button>
      <span class="unseen" aria-live="polite"></span>
    </div>
  );
}

/** @param name by which it is known again, once on a page */
export function LivePart({ name, children }: { name: string; children?: Child }) {
  return <div data-live={name}>{children}</div>;
}
