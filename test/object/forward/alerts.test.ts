/** What is told of destinations, in simulated time: what fails, is given up or falls behind, and that it is over; each once. */
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../support/durations';
import { call, TestWebhook } from '../../support/in-worker';
import { fails, works } from '../../support/simulation/replies';
import { type Scene, scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

const OPS = destinationRecord('ops', { topics: ['gateway:*'] });
const NAMED = { name: 'Shop' };

type Told = { topic: string; at: number; message: Record<string, unknown> };

/** What the destination for notices got, without the webhook's own name and id. */
const told = (s: Scene): Told[] =>
  s.delivered
    .filter(({ id }) => id === 'ops')
    .map(({ event, at }) => ({ at, ...JSON.parse(new TextDecoder().decode(event.body)) }));
const topics = (s: Scene): string[] => told(s).map(({ topic }) => topic.replace('gateway:', ''));
const only =
  (reply: typeof fails) =>
  ({ destinationId }: { destinationId: string }) =>
    destinationId === 'ops' ? works() : reply();

describe('a delivery that is given up', () => {
  it('is told within a minute, also by a destination that gets nothing else', () =>
    scene(
      [destinationRecord('a', { name: 'ERP', retrySchedule: [5, 5] }), OPS],
      async s => {
        s.reply = only(fails);
        await s.append(1);
        await s.wait(MINUTE);
        expect(told(s)).toMatchObject([
          {
            topic: 'gateway:delivery_dead',
            message: {
              ...{ webhook_id: 1, webhook_name: 'Shop', count: 1, topics: ['order:created'], link: null },
              ...{ destination_id: 'a', destination_name: 'ERP', sequence: 1, attempts: 3 },
              ...{ last_error: 'status 500', last_status: 500 },
            },
          },
        ]);
      },
      NAMED,
    ));

  it('is told once a minute where there are 10,000, and none is left out', () =>
    scene([destinationRecord('a', { retrySchedule: [], maxInFlight: 128 }), OPS], async s => {
      // One in ten arrives, so that its circuit never opens.
      s.reply = (target, { sequence }) =>
        target.destinationId === 'ops' || sequence % 10 === 0 ? works() : fails();
      for (let i = 0; i < 5; i++) {
        await s.append(2300);
        await s.wait(40 * SECOND);
      }
      await s.wait(3 * MINUTE);
      const { dead } = s.status('a');
      expect(dead).toBeGreaterThan(10_000);
      const messages = told(s).filter(({ topic }) => topic === 'gateway:delivery_dead');
      const counts = messages.map(({ message }) => Number(message.count));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(dead);
      for (const [index, { at }] of messages.entries()) {
        if (index > 0) expect(at - (messages[index - 1]?.at ?? 0)).toBeGreaterThan(59 * SECOND);
      }
      expect(topics(s)).not.toContain('destination_failing');
    }));
});

describe('a destination that fails', () => {
  it.each(['parallel', 'strict'] as const)(
    'is told by time where it gets little (%s), and once more when it is back',
    ordering =>
      scene(
        [destinationRecord('a', { name: 'ERP', ordering, retrySchedule: [5, 7200, 7200] }), OPS],
        async s => {
          s.reply = only(fails);
          const since = s.world.time.now;
          await s.append(1);
          await s.wait(4 * MINUTE);
          expect(told(s)).toEqual([]);
          await s.wait(MINUTE + 10 * SECOND);
          expect(told(s)).toMatchObject([
            {
              topic: 'gateway:destination_failing',
              message: { destination_id: 'a', destination_name: 'ERP', attempts: 2, last_status: 500 },
            },
          ]);
          expect(Date.parse(String(told(s)[0]?.message.since)) - since).toBeLessThan(SECOND);
          expect(s.world.forwarding.destination('a')?.gate.onlyProbes).toBe(true);
          for (let i = 0; i < 5; i++) {
            s.world.restart();
            await s.wait(5 * MINUTE);
          }
          expect(topics(s)).toEqual(['destination_failing']);
          s.reply = works;
          // Not after two hours, as its schedule has it.
          await s.wait(2 * MINUTE);
          s.world.restart();
          await s.wait(DAY);
          expect(topics(s)).toEqual(['destination_failing', 'destination_recovered']);
          expect(told(s)[1]?.message).toMatchObject({ ends: ['gateway:destination_failing'], still_open: 0 });
          expect(s.sequences('a')).toEqual([1]);
        },
      ),
  );

  it('is not told for one event that fails while others arrive, nor for one attempt', () =>
    scene(
      [
        destinationRecord('a', { retrySchedule: Array.from({ length: 40 }, () => 60) }),
        destinationRecord('b', { topics: ['order:packed'], retrySchedule: [86_400] }),
        OPS,
      ],
      async s => {
        s.reply = ({ destinationId }, { sequence }) =>
          destinationId === 'b' || (destinationId === 'a' && sequence === 1) ? fails() : works();
        await s.append(1, { topic: 'order:packed' });
        for (let i = 0; i < 10; i++) {
          await s.append(2);
          await s.wait(MINUTE);
        }
        expect(told(s)).toEqual([]);
      },
    ));

  it('that was told is told to be over when it is deleted', () =>
    scene([destinationRecord('a', { name: 'ERP' }), OPS], async s => {
      s.reply = only(fails);
      await s.append(25);
      await s.wait(MINUTE);
      expect(topics(s)).toEqual(['destination_failing']);
      s.world.configure({ destinations: [OPS] });
      await s.wait(2 * MINUTE);
      expect(topics(s)).toEqual(['destination_failing', 'destination_recovered']);
      expect(told(s)[1]?.message).toMatchObject({ destination_name: 'ERP', because: 'it was deleted' });
    }));

  it('and comes back within the same minute again and again ends with what is true', () =>
    scene([destinationRecord('a', { retrySchedule: [] }), OPS], async s => {
      for (let i = 0; i < 4; i++) {
        s.reply = only(fails);
        await s.append(25);
        await s.wait(3 * SECOND);
        s.reply = works;
        await s.wait(7 * SECOND);
      }
      // Where nothing is left to send, nobody knows that it is back.
      await s.append(1);
      await s.wait(5 * MINUTE);
      const all = topics(s).filter(topic => topic.startsWith('destination_'));
      expect(all.at(-1)).toBe('destination_recovered');
      expect(all.filter(topic => topic === 'destination_failing').length).toBe(all.length / 2);
      expect(all.length).toBeLessThanOrEqual(4);
    }));

  it('of which 410 is told is recovered when it takes events again', () =>
    scene([destinationRecord('a'), OPS], async s => {
      s.reply = only(() => ({ status: 410, ms: 5 }));
      await s.append(3);
      await s.wait(MINUTE);
      s.reply = works;
      s.world.patch('a', { isActive: true });
      await s.wait(2 * MINUTE);
      expect(topics(s)).toEqual(['destination_disabled', 'destination_recovered']);
    }));
});

describe('a destination that is behind', () => {
  const patient = { retrySchedule: [86_400, 86_400], behindAlertSeconds: 1800 };

  it('is told when the oldest event has waited for so long, though nothing happens, and once more when it caught up', () =>
    scene([destinationRecord('a', { ...patient, name: 'ERP', ordering: 'strict' }), OPS], async s => {
      s.reply = only(fails);
      const since = s.world.time.now;
      await s.append(3, { topic: 'order:packed' });
      await s.wait(29 * MINUTE);
      expect(told(s)).toEqual([]);
      const { alarms } = s.world;
      s.world.restart();
      await s.wait(2 * MINUTE);
      expect(told(s)).toMatchObject([
        {
          topic: 'gateway:destination_behind',
          message: {
            ...{ destination_id: 'a', destination_name: 'ERP', oldest_sequence: 1, age_seconds: 1800 },
            ...{ topics: ['order:packed'], waiting_since: new Date(since).toISOString() },
          },
        },
      ]);
      await s.wait(20 * HOUR);
      expect(topics(s)).toEqual(['destination_behind']);
      expect(s.world.alarms - alarms).toBeLessThan(8);
      s.reply = works;
      await s.wait(5 * HOUR);
      expect(topics(s)).toEqual(['destination_behind', 'destination_caught_up']);
    }));

  it('is not told where it is paused, where nobody wants to know, or where only notices and replays wait', () =>
    scene(
      [
        destinationRecord('paused', patient),
        destinationRecord('never', { ...patient, behindAlertSeconds: 0 }),
        destinationRecord('notices', { ...patient, topics: ['gateway:*'] }),
        destinationRecord('kept', patient),
        OPS,
      ],
      async s => {
        s.reply = ({ destinationId }) => (['ops', 'kept'].includes(destinationId) ? works() : fails());
        s.world.patch('paused', { isActive: false });
        await s.append(1);
        s.world.log.alert([{ kind: 'tell', topic: 'gateway:gap_expired', details: {} }], s.world.time.now);
        s.world.forwarding.pump();
        await s.wait(10 * HOUR);
        expect(topics(s)).toEqual(['gap_expired']);
      },
    ));

  it('costs a destination that keeps up no row and no alarm', async () => {
    const rowsWith = async (behindAlertSeconds: number): Promise<number> => {
      let rows = 0;
      await scene([destinationRecord('a', { behindAlertSeconds })], async s => {
        for (let i = 0; i < 20; i++) {
          await s.append(1);
          await s.wait(10 * MINUTE);
        }
        rows = s.world.rowsWritten;
      });
      return rows;
    };
    expect(await rowsWith(60)).toBe(await rowsWith(0));
  });

  it('has its age set with the destination: an hour, or from a minute on, or never', async () => {
    const webhook = await TestWebhook.create([{ url: 'https://a.example.com/' }]);
    const path = `${webhook.path}/destinations/${webhook.destinations[0]}`;
    const set = async (behind_alert_seconds: unknown) => {
      const { status, body } = await call<Record<string, unknown>>('PATCH', path, { behind_alert_seconds });
      return status === 200 ? body.behind_alert_seconds : status;
    };
    expect(await set(0)).toBe(0);
    expect(await set(60)).toBe(60);
    expect(await set(null)).toBe(3600);
    expect(await set(59)).toBe(422);
  });
});
