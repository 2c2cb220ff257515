/**
 * The gateway as built, with a meter on what its objects pay for: rows written and read, alarms set and run, calls, and
 * the time an object is kept awake by requests, alarms and timers; of couriers, calls and the time they take. `GET /` of
 * the entrypoint `Meter` answers the totals of this process. Slower than the gateway alone: for cost only, and for one
 * webhook at a time.
 */
import * as gateway from './index.js';

export * from './index.js';
export { default } from './index.js';

const total = {
  ...{ written: 0, read: 0, alarmsSet: 0, alarmRuns: 0, calls: 0, awakeMs: 0 },
  ...{ courierCalls: 0, courierAwakeMs: 0 },
};

/** What keeps the object awake at this moment, and since when something does. */
let reasons = 0;
let awakeSince = 0;

function begin() {
  if (reasons++ === 0) awakeSince = Date.now();
}

function end() {
  if (--reasons === 0) total.awakeMs += Date.now() - awakeSince;
}

async function awake(work) {
  begin();
  try {
    return await work();
  } finally {
    end();
  }
}

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;
const timers = new Set();

globalThis.setTimeout = (action, ms, ...rest) => {
  begin();
  const timer = startTimer(() => {
    timers.delete(timer);
    try {
      action(...rest);
    } finally {
      end();
    }
  }, ms);
  timers.add(timer);
  return timer;
};
globalThis.clearTimeout = timer => {
  if (timers.delete(timer)) end();
  stopTimer(timer);
};

export class WebhookLog extends gateway.WebhookLog {
  #together = false;

  constructor(ctx, env) {
    const { storage } = ctx;
    const { sql } = storage;
    const exec = sql.exec.bind(sql);
    const setAlarm = storage.setAlarm.bind(storage);
    const cursors = [];
    const settle = () => {
      for (const { rowsWritten, rowsRead } of cursors.splice(0)) {
        total.written += rowsWritten;
        total.read += rowsRead;
      }
    };
    // What a cursor cost is known only when it has been read to its end.
    sql.exec = (...statement) => {
      const cursor = exec(...statement);
      if (cursors.push(cursor) === 1) queueMicrotask(settle);
      return cursor;
    };
    storage.setAlarm = (...at) => {
      total.alarmsSet++;
      return setAlarm(...at);
    };
    super(ctx, env);
  }

  append(request) {
    if (this.#together) return super.append(request);
    total.calls++;
    return awake(() => super.append(request));
  }

  /** Counts as one call, although it calls `append` for each request. */
  appendAll(requests) {
    total.calls++;
    return awake(() => {
      this.#together = true;
      try {
        return super.appendAll(requests);
      } finally {
        this.#together = false;
      }
    });
  }

  alarm() {
    total.alarmRuns++;
    return awake(() => super.alarm());
  }
}

/** Awake as long as it has a call. */
export class Courier extends gateway.Courier {
  #calls = 0;
  #since = 0;

  async deliver(...call) {
    total.courierCalls++;
    if (this.#calls++ === 0) this.#since = Date.now();
    try {
      return await super.deliver(...call);
    } finally {
      if (--this.#calls === 0) total.courierAwakeMs += Date.now() - this.#since;
    }
  }
}

export const Meter = { fetch: () => Response.json(total) };
