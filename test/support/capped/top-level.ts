/**
 * Which top-level request code runs for, and what that may do on Cloudflare: a request from outside, or an object with all
 * that is asked of it, alarms included. A Worker that is called through a binding (`ctx.exports` too) runs for its
 * caller, and shares the caller's connections. An object never does.
 *
 * `fetch`, KV and the storage of objects (`storage.ts`) are the only things replaced, and they end at the real ones. Where nothing is known of a top-level request, as in
 * a test's own code, nothing is limited.
 */

import { WorkerEntrypoint } from 'cloudflare:workers';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Connections } from './connections';
import { capStorage } from './storage';

/** How long an object takes to wake up. */
const WAKE_MS = 120;

/** Workers that a request may invoke. For an object, which has no end: at a time. */
const MAX_WORKERS = 32;

export class TopLevel {
  readonly connections = new Connections();
  #workers = 0;
  #isAwake = false;
  #waking: Promise<void> | null = null;

  /** Null when it is awake; the first who asks wakes it. */
  waking(): Promise<void> | null {
    this.#waking ??= scheduler.wait(WAKE_MS).then(() => {
      this.#isAwake = true;
    });
    return this.#isAwake ? null : this.#waking;
  }

  /** Counts a Worker that is invoked through a binding; `ended` when it is none of a request's account any more. */
  invoke(): void {
    if (++this.#workers > MAX_WORKERS) {
      this.#workers--;
      throw new Error('Too many Worker invocations by one request');
    }
  }

  ended(): void {
    this.#workers--;
  }
}

const current = new AsyncLocalStorage<TopLevel>();
const byKey = new Map<string, TopLevel>();
const OF = 'capped:top-level:';

/** From now on `fetch` is limited in this isolate. */
export function limitFetch(): void {
  const send = globalThis.fetch;
  globalThis.fetch = (input: RequestInfo | URL, init?: RequestInit) => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    const real = () => send(input, init);
    return current.getStore()?.connections.use(real, signal) ?? real();
  };
}

/** For a request: other Workers that it invokes by `fetch`, its own among them, are counted. */
export function countInvocations(ctx: ExecutionContext): ExecutionContext {
  const { default: own } = ctx.exports;
  const counted: Pick<Fetcher, 'fetch'> = {
    fetch: (input, init) => {
      current.getStore()?.invoke();
      return own.fetch(input, init);
    },
  };
  Object.defineProperty(ctx, 'exports', { value: { default: counted }, configurable: true });
  return ctx;
}

/** Runs for a top-level request of its own. */
export const asTopLevel = <T>(work: () => T): T => current.run(new TopLevel(), work);

type Method = (this: object, ...args: unknown[]) => unknown;
// biome-ignore lint/suspicious/noExplicitAny: a mixin's constructor must take any arguments
type Class = new (...args: any[]) => object;

/** The class with its methods wrapped; private state is its own still. */
function wrapped<C extends Class>(Base: C, wrap: (method: Method) => Method): C {
  class Wrapped extends Base {}
  for (const name of Object.getOwnPropertyNames(Base.prototype)) {
    const method: unknown = Object.getOwnPropertyDescriptor(Base.prototype, name)?.value;
    if (name === 'constructor' || typeof method !== 'function') continue;
    Object.defineProperty(Wrapped.prototype, name, { value: wrap(method as Method) });
  }
  return Wrapped;
}

/** A class of the gateway as production runs it. */
export function capped<C extends Class>(Base: C): C {
  return Base.prototype instanceof WorkerEntrypoint ? cappedEntrypoint(Base) : cappedObject(Base);
}

/**
 * All calls of an object, its alarms and its timers have the same connections; what it asks of KV has them, too. The first
 * calls wait until it is awake.
 */
function cappedObject<C extends Class>(Base: C): C {
  const tops = new WeakMap<object, TopLevel>();
  const topOf = (ctx: object): TopLevel => {
    const known = tops.get(ctx);
    if (known !== undefined) return known;
    const top = new TopLevel();
    tops.set(ctx, top);
    shareExports(ctx as ExecutionContext, top);
    return top;
  };
  const Wrapped = wrapped(
    Base,
    method =>
      function (...args) {
        const top = topOf((this as { ctx: object }).ctx);
        const call = () => current.run(top, () => method.apply(this, args));
        return top.waking()?.then(call) ?? call();
      },
  );
  return class extends Wrapped {
    // biome-ignore lint/suspicious/noExplicitAny: a mixin's constructor must take any arguments
    constructor(...args: any[]) {
      const [ctx, env] = args as [object | undefined, Env | undefined];
      // A class of a test may be made without the platform.
      if (ctx !== undefined && 'storage' in ctx) capStorage(ctx as DurableObjectState);
      super(...(ctx === undefined || env === undefined ? args : [ctx, withLimitedKv(env, topOf(ctx))]));
    }
  };
}

/** The bindings, with a KV whose calls have connections of that request. */
function withLimitedKv(env: Env, { connections }: TopLevel): Env {
  const kv = new Proxy(env.SUBSCRIPTIONS, {
    get: (of, name) => {
      const method: unknown = Reflect.get(of, name);
      if (typeof method !== 'function') return method;
      const ask = (args: unknown[]): Promise<unknown> => Reflect.apply(method, of, args);
      return (...args: unknown[]) => connections.use(() => ask(args), null);
    },
  });
  return new Proxy(env, { get: (of, name) => (name === 'SUBSCRIPTIONS' ? kv : Reflect.get(of, name)) });
}

/** A call through a binding says last for whom it is; a call from outside says nothing. */
function cappedEntrypoint<C extends Class>(Base: C): C {
  return wrapped(
    Base,
    method =>
      async function (...args) {
        const last = args.at(-1);
        const caller = typeof last === 'string' && last.startsWith(OF) ? byKey.get(last) : undefined;
        if (caller === undefined) return asTopLevel(() => method.apply(this, args));
        caller.invoke();
        try {
          return await current.run(caller, () => method.apply(this, args.slice(0, -1)));
        } finally {
          caller.ended();
        }
      },
  );
}

/** Calls through `ctx.exports` of an object say for whom they are. */
function shareExports(ctx: ExecutionContext, top: TopLevel): void {
  const key = OF + crypto.randomUUID();
  byKey.set(key, top);
  const saying = (stub: object): object =>
    new Proxy(stub, {
      get: (of, name) => {
        const method: unknown = Reflect.get(of, name);
        return typeof method === 'function'
          ? (...args: unknown[]) => Reflect.apply(method, of, [...args, key])
          : method;
      },
    });
  const exported = ctx.exports as unknown as Record<string | symbol, unknown>;
  const value = new Proxy(exported, {
    get: (of, name) => {
      const stub: unknown = Reflect.get(of, name);
      const isObjects = typeof stub === 'object' && stub !== null && 'idFromName' in stub;
      return typeof stub === 'function' || (typeof stub === 'object' && stub !== null && !isObjects)
        ? saying(stub)
        : stub;
    },
  });
  Object.defineProperty(ctx, 'exports', { value, configurable: true });
}
