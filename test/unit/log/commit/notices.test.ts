import { describe, expect, it } from 'vitest';
import {
  collectNotice,
  dueNotices,
  type Notice,
  nextNoticeAt,
  noticeBody,
  type PendingNotices,
  withdrawn,
} from '../../../../src/log/commit/notices';

const NOW = Date.UTC(2026, 10, 20);
const MINUTE = 60_000;
const TOPIC = 'gateway:gap_opened';

/** What is sent when gaps open at these times and notices go out when they are due. */
function sent(times: readonly number[]): { at: number; count: number }[] {
  const all: { at: number; count: number }[] = [];
  let pending: PendingNotices = {};
  const passUntil = (until: number): void => {
    for (let at = nextNoticeAt(pending); at !== null && at <= until; at = nextNoticeAt(pending)) {
      const passed = dueNotices(pending, at);
      for (const { count } of passed.due) all.push({ at, count });
      pending = passed.pending;
    }
  };
  for (const at of times) {
    passUntil(at);
    const told = collectNotice(pending, TOPIC, { from: at }, at);
    pending = told.pending;
    if (told.notice !== null) all.push({ at, count: told.notice.count });
  }
  passUntil(Number.MAX_SAFE_INTEGER);
  return all;
}

describe('operational reports', () => {
  it('tell the first at once and the rest of its minute as one', () => {
    expect(sent([NOW, NOW + 1, NOW + 2, NOW + 30_000])).toEqual([
      { at: NOW, count: 1 },
      { at: NOW + MINUTE, count: 3 },
    ]);
  });

  it('go on minute by minute while it lasts, and lose none', () => {
    const times = Array.from({ length: 600 }, (_, index) => NOW + index * 1000);
    const all = sent(times);
    expect(all.length).toBeLessThanOrEqual(12);
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(600);
  });

  it('tell the first of a later minute at once again', () => {
    expect(sent([NOW, NOW + MINUTE, NOW + 10 * MINUTE]).map(({ at }) => at)).toEqual([
      NOW,
      NOW + MINUTE,
      NOW + 10 * MINUTE,
    ]);
  });

  it('keep topics apart', () => {
    const { pending } = collectNotice({}, TOPIC, {}, NOW);
    expect(collectNotice(pending, 'gateway:gap_filled', {}, NOW).notice).not.toBeNull();
  });

  it('tell at most 20 in full, and count the others', () => {
    let { pending } = collectNotice({}, TOPIC, {}, NOW);
    for (let i = 0; i < 50; i++) pending = collectNotice(pending, TOPIC, { i }, NOW + i).pending;
    const [due] = dueNotices(pending, NOW + MINUTE).due;
    expect(due).toMatchObject({ topic: TOPIC, count: 50 });
    expect(due?.entries).toHaveLength(20);
  });

  it('can be taken out while they are kept back, and are not counted then', () => {
    let { pending } = collectNotice({}, TOPIC, { i: 0 }, NOW);
    for (let i = 1; i <= 3; i++) pending = collectNotice(pending, TOPIC, { i }, NOW + i).pending;
    expect(withdrawn(pending, TOPIC, ({ i }) => i === 0)).toBeNull();
    expect(withdrawn(pending, 'gateway:gap_filled', () => true)).toBeNull();
    const left = withdrawn(pending, TOPIC, ({ i }) => i === 2) ?? {};
    expect(dueNotices(left, NOW + MINUTE).due).toEqual([
      { topic: TOPIC, count: 2, entries: [{ i: 1 }, { i: 3 }] },
    ]);
  });

  it('have nothing due when nothing was kept', () => {
    const { pending } = collectNotice({}, TOPIC, {}, NOW);
    expect(nextNoticeAt(pending)).toBeNull();
    expect(dueNotices(pending, NOW + MINUTE).due).toEqual([]);
  });
});

describe('the body of a report', () => {
  const webhook = { id: 7, name: 'Shop <EU> & co' };
  const one: Notice = { topic: TOPIC, count: 1, entries: [{ from: 4, to: 6 }] };
  const json = (body: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(body));

  it('tells one happening flat, several as a list', () => {
    const message = { webhook_id: 7, webhook_name: 'Shop <EU> & co' };
    expect(json(noticeBody(webhook, one))).toEqual({
      topic: TOPIC,
      message: { ...message, count: 1, from: 4, to: 6 },
    });
    const many: Notice = { ...one, count: 30, entries: [{ from: 4 }, { from: 9 }] };
    expect(json(noticeBody(webhook, many))).toEqual({
      topic: TOPIC,
      message: { ...message, count: 30, entries: [{ from: 4 }, { from: 9 }] },
    });
  });
});
