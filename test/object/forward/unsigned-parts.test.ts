/** What of a request no provider signs, and a destination need not get. */
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../support/durations';
import { scene } from '../../support/simulation/scene';
import { destinationRecord } from '../../support/simulation/world';

describe('the ingest query', () => {
  it('goes along, but not to destinations with pass_query false', () =>
    scene([destinationRecord('a'), destinationRecord('b', { passesQuery: false })], async s => {
      await s.append(1, { query: 'admin=1&topic=x' });
      await s.wait(SECOND);
      s.world.patch('a', { passesQuery: false });
      await s.append(1, { query: 'admin=1' });
      await s.wait(SECOND);
      const sent = s.attempts.map(({ id, sequence, event }) => `${id}${sequence} ${event.query}`);
      expect(sent.toSorted()).toEqual(['a1 admin=1&topic=x', 'a2 ', 'b1 ', 'b2 ']);
    }));
});
