/** How much a listener is sent before it says that it keeps up. */
import { describe, expect, it } from 'vitest';
import {
  counted,
  EMPTY_WINDOW,
  isFull,
  isMarkDue,
  isTooSlow,
  type Window,
  withMark,
  withReturned,
} from '../../../../src/log/stream/window';

/** Sends so many messages of a size, with marks when they are due, until the window is full. */
function filled(bytes: number): { window: Window; messages: number } {
  let window = EMPTY_WINDOW;
  let messages = 0;
  for (; !isFull(window); messages++) {
    window = counted(window, bytes);
    if (isMarkDue(window)) window = withMark(window, 5000);
  }
  return { window, messages };
}

describe('a window', () => {
  it('holds a thousand small messages, or half a MiB', () => {
    expect(filled(400).messages).toBe(1000);
    expect(filled(64 * 1024).messages).toBe(8);
    expect(filled(2 * 1024 * 1024).messages).toBe(4);
  });

  it('opens with a mark that comes back, and any stands for all before it', () => {
    const { window } = filled(400);
    expect(withReturned(window, 1)).toMatchObject({ returned: 1, fullSince: null });
    expect(withReturned(window, 4)).toMatchObject({ returned: 4, fullSince: null });
    const later = withReturned(window, 4) ?? window;
    expect(withReturned(later, 2)).toMatchObject({ returned: 4 });
  });

  it('knows the marks that it sent', () => {
    const { window } = filled(400);
    for (const mark of [0, 5, 1.5, '1', null, undefined, Number.NaN]) {
      expect(withReturned(window, mark)).toBe(null);
    }
  });

  it('is waited for a minute while it is full, whatever comes back again', () => {
    const { window } = filled(400);
    expect([isTooSlow(window, 64_999), isTooSlow(window, 65_000)]).toEqual([false, true]);
    const opened = withReturned(window, 2) ?? window;
    expect(isTooSlow(opened, 1e9)).toBe(false);
    const refilled = withMark(withMark(opened, 9000), 9000);
    expect(isTooSlow(withReturned(refilled, 2) ?? refilled, 69_000)).toBe(true);
  });
});
