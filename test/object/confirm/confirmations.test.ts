import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, inject, it } from 'vitest';
import { EventLog } from '../../../src/log/commit/event-log';
import { Confirmations } from '../../../src/log/confirm/confirmations';
import { createTables } from '../../../src/log/store/tables';
import { MemoryBudget } from '../../../src/memory/budget';
import { ecwid } from '../../../src/providers/ecwid';
import { ok } from '../../../src/result';
import { Box } from '../../support/in-worker';
import { incomingEvent, webhookRecord } from '../../support/webhook-record';

it('end without a trace when the webhook is deleted while the provider is asked', async () => {
  const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
  await runInDurableObject(stub, async (_instance, { storage }) => {
    const { sql } = storage;
    createTables(sql);
    const token = { id: 't', sealed: '' as never, usableUntil: null };
    const confirm = { url: 'https://api.example.com', token, hasToken: true, tokens: {} };
    const webhook = webhookRecord({ provider: 'ecwid', confirm });
    const log = new EventLog(storage, webhook, { operator: false, publicUrl: '' }, new MemoryBudget().recent);
    let answer: (response: Response) => void = () => {};
    let asked = 0;
    let changed = 0;
    const confirmations = new Confirmations({
      log,
      rows: log.tables.confirmations,
      api: {
        fetch: () => {
          asked++;
          return new Promise<Response>(resolve => {
            answer = resolve;
          });
        },
        rules: () => ecwid.confirm,
        access: async () => ok({ url: 'https://api.example.com', token: 'secret' }),
        urlProblem: () => null,
      },
      clock: { now: () => 1, later: () => () => {} },
      random: () => 0.5,
      changed: () => void changed++,
    });
    const body = '{"eventId":"1","eventCreated":1,"storeId":1003,"entityId":7,"eventType":"order.updated"}';
    log.append([await incomingEvent(null, { body, topic: 'order.updated' })], 1);
    confirmations.pump();
    await expect.poll(() => asked).toBe(1);
    confirmations.stop();
    await storage.deleteAll();
    // Would it touch a table now, the rejection would be nobody's, and fail the run.
    answer(new Response('{}', { status: 500 }));
    await scheduler.wait(10);
    expect(changed).toBe(0);
  });
});

it('do not follow where the API leads: their token is for its address alone', async () => {
  const stub = env.WEBHOOKS.getByName(crypto.randomUUID());
  await runInDurableObject(stub, async (_instance, { storage }) => {
    const { sql } = storage;
    createTables(sql);
    const token = { id: 't', sealed: '' as never, usableUntil: null };
    const confirm = { url: 'https://api.example.com', token, hasToken: true, tokens: {} };
    const webhook = webhookRecord({ provider: 'ecwid', confirm });
    const log = new EventLog(storage, webhook, { operator: false, publicUrl: '' }, new MemoryBudget().recent);
    const elsewhere = new Box();
    const redirect = `${inject('chaosUrl')}/redirect?to=${encodeURIComponent(elsewhere.url)}`;
    let changed = 0;
    const confirmations = new Confirmations({
      log,
      rows: log.tables.confirmations,
      api: {
        fetch: (_input, init) => fetch(redirect, init),
        rules: () => ecwid.confirm,
        access: async () => ok({ url: 'https://api.example.com', token: 'secret' }),
        urlProblem: () => null,
      },
      clock: { now: () => 1, later: () => () => {} },
      random: () => 0.5,
      changed: () => void changed++,
    });
    const body = '{"eventId":"1","eventCreated":1,"storeId":1003,"entityId":7,"eventType":"order.updated"}';
    log.append([await incomingEvent(null, { body, topic: 'order.updated' })], 1);
    confirmations.pump();
    await expect.poll(() => changed).toBe(1);
    expect((await elsewhere.notes()).requests).toBe(0);
    expect(log.feed.event(1)).toMatchObject({ status: 'confirming' });
    expect(log.tables.confirmations.get(1)).toMatchObject({ attempts: 1, detail: 'the API answered 302' });
  });
});
