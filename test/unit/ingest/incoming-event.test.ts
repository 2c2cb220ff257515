/** What an event names is bounded: with its body and headers it has to fit into one row. */
import { describe, expect, it } from 'vitest';
import { incomingEvent } from '../../../src/ingest/incoming-event';
import { shipstream } from '../../../src/providers/shipstream';
import { ParsedBody } from '../../../src/signature/parsed-body';

/** An adjustment of so many products, as ShipStream sends it. */
async function adjusted(count: number) {
  const stock_adjustments = Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`SKU-${i}`.padEnd(40, 'x'), 1]),
  );
  const message = { stock_adjustments, webhook_increment_id: 1 };
  const body = new TextEncoder().encode(JSON.stringify({ topic: 'inventory:adjustment', message }));
  return incomingEvent(shipstream, { headers: new Headers(), query: '', body: new ParsedBody(body) }, body);
}

describe('an event that names many entities', () => {
  it('keeps all their keys as long as they fit', async () => {
    const { entityKeys, issues } = await adjusted(4000);
    expect(entityKeys).toHaveLength(4000);
    expect(issues.filter(({ message }) => message.includes('entities'))).toEqual([]);
  });

  it('has an issue, and few keys, when they do not', async () => {
    const { entityKeys, issues } = await adjusted(20_000);
    expect(entityKeys).toHaveLength(100);
    expect(issues.map(({ message }) => message).join()).toContain('so many entities');
  });
});
