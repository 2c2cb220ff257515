/** A record that grew by one destination after the other still fits into its row. */
import { expect, it } from 'vitest';
import { MAX_RECORD_BYTES, recordSizeProblem } from '../../../src/subscriptions/record-size';
import { webhookRecord } from '../../support/webhook-record';

it('says how large it would be, and what to do', () => {
  const { name: _, ...bare } = webhookRecord();
  const room = MAX_RECORD_BYTES - JSON.stringify({ ...bare, name: '' }).length;
  expect(recordSizeProblem(webhookRecord({ name: 'x'.repeat(room) }))).toBeNull();
  expect(recordSizeProblem(webhookRecord({ name: 'x'.repeat(room + 1) }))).toContain(
    `${MAX_RECORD_BYTES + 1} bytes large`,
  );
  expect(recordSizeProblem(webhookRecord({ name: 'ü'.repeat(room) }))).not.toBeNull();
});
