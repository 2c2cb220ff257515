/**
 * What the counted figures cost in dollars, at the list prices of Workers Paid beyond what is included.
 * https://developers.cloudflare.com/workers/platform/pricing/ and …/durable-objects/platform/pricing/
 */

const PRICES = {
  workerRequest: 0.3 / 1e6,
  workerCpuMs: 0.02 / 1e6,
  objectRequest: 0.15 / 1e6,
  gigabyteSecond: 12.5 / 1e6,
  rowWritten: 1 / 1e6,
  rowRead: 0.001 / 1e6,
  kvRead: 0.5 / 1e6,
  storedGigabyteMonth: 0.2,
};

/** An object is billed 128 MB while it is awake. */
const OBJECT_GIGABYTES = 0.128;
const MONTH_MS = 30 * 24 * 60 * 60 * 1000;
const RETENTION_MONTHS = 7 / 30;

/** Dollars of one event by meter; `counted` are the meter's figures per event. */
export function eventCost(counted, { cpuMs, kvReads, storedBytes }) {
  return {
    'Worker requests': PRICES.workerRequest,
    'Worker CPU': cpuMs * PRICES.workerCpuMs,
    'object requests': (counted.calls + counted.alarmRuns) * PRICES.objectRequest,
    'object duration': (counted.awakeMs / 1000) * OBJECT_GIGABYTES * PRICES.gigabyteSecond,
    'courier requests': counted.courierCalls * PRICES.objectRequest,
    'courier duration': (counted.courierAwakeMs / 1000) * OBJECT_GIGABYTES * PRICES.gigabyteSecond,
    'rows written': counted.written * PRICES.rowWritten,
    'rows read': counted.read * PRICES.rowRead,
    'KV reads': kvReads * PRICES.kvRead,
    'storage for 7 days': (storedBytes / 1e9) * RETENTION_MONTHS * PRICES.storedGigabyteMonth,
  };
}

/** All costs added up; what was not measured counts as nothing. */
export const sum = costs =>
  Object.values(costs).reduce((total, cost) => total + (Number.isFinite(cost) ? cost : 0), 0);

/** Dollars a month of one webhook whose events come every `intervalMs`. */
export const monthly = (costs, intervalMs) => (sum(costs) * MONTH_MS) / intervalMs;
