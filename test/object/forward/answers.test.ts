/** What receivers said, as `GET …/events/{sequence}` shows it: kept as long as the event, and not longer than its body. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { describe, expect, inject, it } from 'vitest';
import { call, TestWebhook } from '../../support/in-worker';

const chaos = inject('chaosUrl');

type Attempt = {
  http_status: number | null;
  error: string | null;
  duration_ms: number;
  connection_error: string | null;
  answer: { text: string; truncated: boolean; headers: Record<string, string> } | null;
};

async function attemptsOf(webhook: TestWebhook, sequence = 1): Promise<Attempt[]> {
  const { body } = await call<{ attempts: Attempt[] }>('GET', `${webhook.path}/events/${sequence}`);
  return body.attempts;
}

/** An event that fails at this receiver. */
async function failing(path: string, given: object = {}): Promise<TestWebhook> {
  const url = path.startsWith('http') ? path : chaos + path;
  const webhook = await TestWebhook.create([{ url, retry: { schedule_seconds: [86_400] }, ...given }]);
  await webhook.send();
  await expect.poll(() => webhook.status()).toMatchObject({ retrying: 1 });
  return webhook;
}

describe('an attempt that failed', () => {
  it('shows what the receiver said, also after the object left memory', async () => {
    const webhook = await failing('/answer?status=400&body=%3Cb%3ENo%20signatures%20found%3C%2Fb%3E');
    const expected = { text: '<b>No signatures found</b>', truncated: false };
    for (let i = 0; i < 2; i++) {
      const [attempt] = await attemptsOf(webhook);
      expect(attempt).toMatchObject({
        http_status: 400,
        error: 'status',
        connection_error: null,
        answer: expected,
      });
      await evictDurableObject(webhook.stub());
    }
  });

  it('shows the kind of the failure where there was no answer', async () => {
    const [reset] = await attemptsOf(await failing('/reset'));
    expect(reset).toMatchObject({
      http_status: null,
      error: 'connection',
      connection_error: 'lost',
      answer: null,
    });
    const [hung] = await attemptsOf(await failing('/hang', { timeout_seconds: 1 }));
    expect(hung).toMatchObject({ error: 'timeout', connection_error: null, answer: null });
    expect(hung?.duration_ms).toBeGreaterThanOrEqual(990);
  });

  it('has no secret, though the receiver printed what it was sent', async () => {
    const token = 'Bearer hush/secret+of=headers';
    const webhook = await failing('/echo-failing', { extra_headers: { Authorization: token } });
    const [attempt] = await attemptsOf(webhook);
    expect(attempt?.answer?.text).toContain('********');
    expect(JSON.stringify(attempt)).not.toContain('hush');
    const stored = await runInDurableObject(webhook.stub(), (_, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT value FROM state WHERE name = 'forwarding'").toArray()),
    );
    expect(stored).toContain('********');
    expect(stored).not.toContain('hush');
  });

  it('has no answer any more when the body is erased, which it may quote', async () => {
    const webhook = await failing('/answer?status=400&body=unknown%20order-1');
    const later = await failing('/answer?status=400&body=unknown%20order-1');
    // In a row of its own by now.
    await runInDurableObject(later.stub(), (_, { storage }) => {
      const [row] = storage.sql
        .exec<{ value: string }>("SELECT value FROM state WHERE name = 'forwarding'")
        .toArray();
      const { attempts, ...rest } = JSON.parse(row?.value ?? '');
      storage.sql.exec(
        'INSERT INTO attempts_1 (first_sequence, last_sequence, entries) VALUES (1, 1, ?)',
        JSON.stringify(attempts),
      );
      storage.sql.exec(
        "UPDATE state SET value = ? WHERE name = 'forwarding'",
        JSON.stringify({ ...rest, attempts: [] }),
      );
    });
    await evictDurableObject(later.stub());
    expect((await attemptsOf(later))[0]?.answer?.text).toBe('unknown order-1');
    expect((await call('DELETE', `${webhook.path}/events/1/body`)).status).toBe(204);
    const erased = await call('POST', `${later.path}/redact`, { entity_key: 'order:order-1' });
    expect(erased.body).toMatchObject({ count: 1 });
    for (const one of [webhook, later]) {
      await evictDurableObject(one.stub());
      expect(await attemptsOf(one)).toMatchObject([{ http_status: 400, answer: null }]);
      const stored = await runInDurableObject(one.stub(), (_, { storage }) =>
        ['SELECT value FROM state', 'SELECT entries FROM attempts_1'].map(query =>
          JSON.stringify(storage.sql.exec(query).toArray()),
        ),
      );
      expect(stored.join()).not.toContain('unknown order-1');
    }
  });

  it('of an earlier release is shown without', async () => {
    const webhook = await failing('/answer?status=400&body=no');
    await runInDurableObject(webhook.stub(), (_, { storage }) => {
      const [row] = storage.sql
        .exec<{ value: string }>("SELECT value FROM state WHERE name = 'forwarding'")
        .toArray();
      const document = JSON.parse(row?.value ?? '') as { attempts: unknown[][] };
      document.attempts = document.attempts.map(entry => entry.slice(0, 7));
      storage.sql.exec("UPDATE state SET value = ? WHERE name = 'forwarding'", JSON.stringify(document));
    });
    await evictDurableObject(webhook.stub());
    expect(await attemptsOf(webhook)).toMatchObject([
      { http_status: 400, connection_error: null, answer: null },
    ]);
  });
});
