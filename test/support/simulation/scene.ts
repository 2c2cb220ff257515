/**
 * A play on a virtual clock: the real log and forwarding on a real database, with receivers that do exactly what a test
 * says; and what reached them, in order.
 */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import type { CourierTarget, OutgoingEvent } from '../../../src/delivery/outgoing';
import type { MemoryBudget } from '../../../src/memory/budget';
import type { DestinationRecord, WebhookRecord } from '../../../src/subscriptions/webhook';
import { range } from '../sequence';
import { type EventGiven, incomingEvent, webhookRecord } from '../webhook-record';
import { type Reply, simulatedCourier } from './simulated-courier';
import { type Deliver, World } from './world';

type Attempt = { id: string; sequence: number; attempt: number; at: number; event: OutgoingEvent };

/** Which connections of which carrier the calls under way have. */
class Carriers {
  /** Per carrier that was asked at all: connections at a time, at most. */
  readonly most = new Map<number, number>();
  #now = new Map<number, { id: string; connections: number }[]>();

  begin(carrier: number, { destinationId: id, connections }: CourierTarget): void {
    const calls = [...(this.#now.get(carrier) ?? []), { id, connections }];
    this.#now.set(carrier, calls);
    this.most.set(carrier, Math.max(this.most.get(carrier) ?? 0, this.heldOf(carrier)));
  }

  end(carrier: number, { destinationId, connections }: CourierTarget): void {
    const calls = [...(this.#now.get(carrier) ?? [])];
    const ended = calls.findIndex(one => one.id === destinationId && one.connections === connections);
    this.#now.set(carrier, calls.toSpliced(ended, 1));
  }

  /** Connections that destinations have of a carrier now; without a list, all of them. */
  heldOf(carrier: number, ids?: readonly string[]): number {
    const calls = (this.#now.get(carrier) ?? []).filter(({ id }) => ids === undefined || ids.includes(id));
    return calls.reduce((sum, { connections }) => sum + connections, 0);
  }
}

/** A world whose receivers answer as `reply` says; what reached them, in order. */
export class Scene {
  readonly attempts: Attempt[] = [];
  readonly delivered: Attempt[] = [];
  inFlight = 0;
  mostInFlight = 0;
  calls = 0;
  mostCalls = 0;
  readonly carriers = new Carriers();
  /** The platform takes the object from memory in every moment in which it is idle. */
  evicts = false;
  reply: (target: CourierTarget, event: OutgoingEvent) => Reply = () => ({ status: 200, ms: 50 });
  /** Instead of the courier. */
  deliver: Deliver | null = null;
  readonly world: World;
  /** The courier, whose receivers answer as `reply` says. */
  readonly work: Deliver;
  #next = 1;

  constructor(
    state: DurableObjectState,
    webhook: WebhookRecord,
    operationsUrl = '',
    memory: MemoryBudget | null = null,
  ) {
    this.world = new World(state, webhook, {
      operationsUrl,
      ...(memory === null ? {} : { memory }),
      evicts: () => this.evicts,
      deliver: async (target, events, carrier) => {
        this.mostCalls = Math.max(this.mostCalls, ++this.calls);
        this.carriers.begin(carrier, target);
        try {
          return await (this.deliver ?? this.work)(target, events, carrier);
        } finally {
          this.carriers.end(carrier, target);
          this.calls--;
        }
      },
    });
    this.work = simulatedCourier(this.world.time, (target, event) => this.reply(target, event), {
      begun: (target, event) => {
        const { sequence, attempt } = event;
        this.attempts.push({ id: target.destinationId, sequence, attempt, at: this.world.time.now, event });
        this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
      },
      finished: (target, event, { outcome }) => {
        const { sequence, attempt } = event;
        this.inFlight--;
        if (outcome !== 'delivered') return;
        this.delivered.push({ id: target.destinationId, sequence, attempt, at: this.world.time.now, event });
      },
    });
  }

  /** Appends events with the next increment ids, as one batch. */
  async append(count: number, given: EventGiven | ((index: number) => EventGiven) = {}): Promise<void> {
    const events = range(0, count - 1).map(index =>
      incomingEvent(this.#next++, typeof given === 'function' ? given(index) : given),
    );
    this.world.append(await Promise.all(events));
  }

  /** Appends the event with this increment id again. */
  async again(id: number): Promise<void> {
    this.world.append([await incomingEvent(id)]);
  }

  wait(ms: number): Promise<void> {
    return this.world.time.runUntil(this.world.time.now + ms);
  }

  /** Sequences that were delivered to a destination, in order. */
  sequences(id: string): number[] {
    return this.delivered.filter(one => one.id === id).map(({ sequence }) => sequence);
  }

  status(id: string): { retrying: number; dead: number } {
    return this.world.forwarding.rows.count(id);
  }
}

/** Plays it in an object of its own. */
export async function scene(
  destinations: DestinationRecord[],
  play: (scene: Scene) => Promise<void>,
  given: Partial<WebhookRecord> = {},
  operationsUrl = '',
  memory: MemoryBudget | null = null,
): Promise<void> {
  const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
  await runInDurableObject(stub, async (_instance, state) => {
    const played = new Scene(state, webhookRecord({ destinations, ...given }), operationsUrl, memory);
    await play(played);
    expect(played.world.aborted).toBeNull();
  });
}
