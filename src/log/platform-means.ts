/** What a live webhook is given on Cloudflare: the object's storage, real clock and randomness, couriers, `fetch`. */

import { keep } from '../bounded-map';
import { logCallFailure } from '../call-failure';
import { PLATFORM_CLOCK } from '../clock';
import { carry, carrying } from '../delivery/carry';
import type { AttemptResult, CourierTarget, NamedEvent, OutgoingEvent } from '../delivery/outgoing';
import { urlProblem } from '../delivery/url-policy';
import { LIMITS } from '../limits';
import { logLine } from '../log-line';
import { MEMORY } from '../memory/budget';
import { courierOf } from '../where-is';
import { confirmAccess } from './confirm/confirm-access';
import { ITSELF, OWN_CONNECTIONS } from './forward/courier-pool';
import { courierTarget } from './forward/courier-target';
import { newMemory, type SuspensionMemory } from './forward/write-watch';
import type { Means } from './means';

/**
 * Deliveries over the object's own connections, or by one of its couriers. Each call has a new stub, as one that has
 * thrown is broken. A call copies bodies: so a courier is asked first whether it is in this isolate, where it finds them.
 */
function delivers(env: Env): Means['deliver'] {
  const own = carrying(env, OWN_CONNECTIONS);
  const elsewhere = new Set<number>();
  return async (target, events, carrier) => {
    if (carrier === ITSELF) return carry(target, events, own);
    const { webhookId, jurisdiction = null } = target;
    const courier = () => courierOf(env, webhookId, jurisdiction, carrier);
    try {
      if (!elsewhere.has(carrier)) {
        const results = await deliverNamed(courier(), target, events);
        if (results !== null) return results;
        elsewhere.add(carrier);
      }
      return await courier().deliver(target, events);
    } catch (error) {
      // It may be started anew anywhere.
      elsewhere.delete(carrier);
      const { destinationId: destination_id } = target;
      logCallFailure('deliver', error, { webhook_id: webhookId, destination_id, events: events.length });
      throw error;
    }
  };
}

/** The deployment's own limit, where it is a number below the platform's. */
function storageLimit(given: string): number {
  const limit = Number.parseInt(given, 10);
  return limit > 0 ? Math.min(limit, LIMITS.MAX_STORAGE_BYTES) : LIMITS.MAX_STORAGE_BYTES;
}

/** By object. They outlive an object that ends, in the isolate in which it starts again. */
const suspensions = new Map<string, SuspensionMemory>();
const MAX_SUSPENSIONS = 1000;

function suspensionOf(objectId: string): SuspensionMemory {
  const memory = suspensions.get(objectId) ?? newMemory();
  keep(suspensions, objectId, memory, MAX_SUSPENSIONS);
  return memory;
}

/** Null where the courier is in another isolate, or of an earlier release and does not know the method. */
async function deliverNamed(
  courier: ReturnType<typeof courierOf>,
  target: CourierTarget,
  events: readonly OutgoingEvent[],
): Promise<AttemptResult[] | null> {
  const named: NamedEvent[] = [];
  for (const { body: _body, bodyName, ...event } of events) {
    if (bodyName === undefined) return null;
    named.push({ ...event, bodyName });
  }
  try {
    return await courier.deliverNamed(target, named);
  } catch (error) {
    if (error instanceof TypeError && error.message.includes('does not implement')) return null;
    throw error;
  }
}

/** @param told what the live webhook tells its object */
export const platformMeans = (
  ctx: DurableObjectState,
  env: Env,
  told: Pick<Means, 'rescheduled' | 'recordChanged'>,
): Means => ({
  ...told,
  storage: ctx.storage,
  storageLimit: storageLimit(env.STORAGE_LIMIT_BYTES),
  clock: PLATFORM_CLOCK,
  memory: MEMORY,
  random: () => Math.random(),
  operationsUrl: env.OPERATIONS_URL,
  publicUrl: env.PUBLIC_URL,
  target: (webhook, destination) => courierTarget(env, webhook, destination, Date.now()),
  deliver: delivers(env),
  log: logLine,
  api: {
    fetch: (input, init) => fetch(input, init),
    access: (webhook, account) => confirmAccess(env, webhook, account),
    urlProblem: url => urlProblem(url, env.ALLOW_PRIVATE_DESTINATIONS === '1'),
  },
  abort: why => ctx.abort(why),
  suspension: suspensionOf(ctx.id.toString()),
});
