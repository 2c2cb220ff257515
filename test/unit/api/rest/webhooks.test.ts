import { describe, expect, it } from 'vitest';
import { createdView, webhookView } from '../../../../src/api/rest/webhooks';
import { ingestUrl } from '../../../../src/subscriptions/ingest-url';
import { made, NOW, url } from '../../subscriptions/records';

describe('views', () => {
  it('show no secret', async () => {
    const record = await made({ provider: 'ecwid', confirm: { url, token: 'the-token' } });
    const text = JSON.stringify(webhookView(record, 'https://gw.example.com'));
    for (const hidden of ['sealed', 'the-token', 'sec_', 'whsec_', 'secret_key']) {
      expect(text).not.toContain(hidden);
    }
  });

  it('show what was given, in the words of create', async () => {
    const record = await made({ topics: 'order:*, product:*', is_active: '0' });
    expect(webhookView(record, 'https://gw.example.com/')).toMatchObject({
      webhook_id: record.id,
      topics: ['order:*', 'product:*'],
      topics_given: 'order:*, product:*',
      is_active: false,
      ingest_url: `https://gw.example.com/in/${record.id}`,
      created_at: new Date(NOW).toISOString(),
      destinations: [{ destination_id: record.destinations[0]?.id, url, topics: ['*'], is_active: true }],
    });
  });

  it('show a destination’s secret only where it was made', async () => {
    const record = await made();
    const id = record.destinations[0]?.id ?? '';
    const view = createdView(record, [{ destinationId: id, secretKey: 'whsec_x' }], 'https://gw');
    expect(view.destinations[0]?.secret_key).toBe('whsec_x');
    expect(ingestUrl('https://gw', 5)).toBe('https://gw/in/5');
  });
});
