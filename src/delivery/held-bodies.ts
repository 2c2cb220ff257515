/**
 * What a courier does about the bodies of its events: it holds them in the memory of its isolate while it carries them.
 *
 * Where the webhook's object is in the same isolate, its bodies are here already, and only their names come. Elsewhere the
 * bodies come along. The same body for several destinations is then kept once, and none where there is no room for it.
 */
import type { DeliveryBytes, Hold, Wanted } from '../memory/delivery-bytes';
import type { AttemptResult, CourierTarget, NamedEvent, OutgoingEvent } from './outgoing';

/** How much longer than the timeout of one attempt a courier may carry. */
const CARRY_MS = 20_000;

type Carry = (target: CourierTarget, events: OutgoingEvent[]) => Promise<AttemptResult[]>;

/** Carries events whose bodies are here. Null when some are not. */
export function carryNamed(
  memory: DeliveryBytes,
  target: CourierTarget,
  events: readonly NamedEvent[],
  carry: Carry,
): Promise<AttemptResult[] | null> {
  return holding(memory, target, events, carry, (_event, wanted) => memory.share(wanted));
}

/** Carries events that came with their bodies. No results when there is no room for these: nothing was attempted. */
export async function carryWhole(
  memory: DeliveryBytes,
  target: CourierTarget,
  events: readonly OutgoingEvent[],
  carry: Carry,
): Promise<AttemptResult[]> {
  const results = await holding(memory, target, events, carry, ({ body }, wanted) =>
    memory.hold({ ...wanted, bytes: body.byteLength }, () => body),
  );
  return results ?? [];
}

async function holding<Event extends NamedEvent | OutgoingEvent>(
  memory: DeliveryBytes,
  target: CourierTarget,
  events: readonly Event[],
  carry: Carry,
  hold: (event: Event, wanted: Omit<Wanted, 'bytes'>) => Hold | 'full' | null,
): Promise<AttemptResult[] | null> {
  const { webhookId, destinationId, timeoutMs, trial = false } = target;
  const who = `${webhookId}/${destinationId}`;
  const until = Date.now() + timeoutMs + CARRY_MS;
  const holds: Hold[] = [];
  const whole: OutgoingEvent[] = [];
  try {
    for (const event of events) {
      const held = hold(event, { name: event.bodyName ?? crypto.randomUUID(), trial, who, until });
      if (held === 'full') return [];
      if (held === null) return null;
      holds.push(held);
      whole.push({ ...event, body: held.body });
    }
    return await carry(target, whole);
  } finally {
    for (const one of holds) memory.release(one);
  }
}
