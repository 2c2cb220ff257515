import { describe, expect, it } from 'vitest';
import { pageInTurns } from '../../../../src/api/rest/long-poll';
import { ok } from '../../../../src/result';

const never = new AbortController().signal;
const nothing = (cursor: number) => ({ events: [], next: null, cursor });

describe('a page that is waited for', () => {
  it('is asked for in turns of seconds, each going on where the one before ended', async () => {
    const turns: [after: number, waitMs: number][] = [];
    const page = await pageInTurns(
      async (after, waitMs) => {
        turns.push([after, waitMs]);
        return ok(turns.length < 3 ? nothing(after + 1) : { events: [1], next: null, cursor: 9 });
      },
      5,
      30,
      never,
    );
    expect(page).toMatchObject({ value: { events: [1] } });
    expect(turns).toEqual([
      [5, 5000],
      [6, 5000],
      [7, 5000],
    ]);
  });

  it('ends with its last turn, when there is no place, and when the client has gone', async () => {
    const asked = async (waitSeconds: number, signal: AbortSignal, page: object = {}) => {
      let turns = 0;
      await pageInTurns(async after => ok({ ...nothing(after + ++turns), ...page }), 0, waitSeconds, signal);
      return turns;
    };
    expect(await asked(0, never)).toBe(1);
    expect(await asked(5, never)).toBe(1);
    expect(await asked(30, never, { turnedAway: true })).toBe(1);
    expect(await asked(30, AbortSignal.abort())).toBe(1);
  });

  it('is none where the webhook is gone', async () => {
    expect(await pageInTurns(async () => ok(null), 0, 30, never)).toEqual(ok(null));
  });
});
