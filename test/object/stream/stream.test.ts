/** Listening to a webhook over a WebSocket, through the gateway and its real object. */
import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../src/limits';
import { Box, call, TestWebhook } from '../../support/in-worker';
import { askToListen, Listening } from '../../support/listening';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('a listener', () => {
  it('hears events as the feed lets them go, each attempt to deliver, and what changes in the gap list', async () => {
    const box = new Box();
    await box.mode({ kind: 'status', status: 500 } as never).catch(() => undefined);
    const webhook = await TestWebhook.create([{ url: box.url }], { sequence: { grace_seconds: 0 } });
    const listening = await Listening.to(webhook.id);
    expect(listening.messages).toEqual([{ type: 'ready', cursor: '0.0' }]);
    await webhook.send();
    await listening.until(() => listening.of('delivery').length > 0);
    console.log(JSON.stringify(listening.messages, null, 1));
    await webhook.send({ id: 4 });
    await listening.until(() => listening.of('gaps').length > 0);
    console.log(JSON.stringify(listening.of('gaps'), null, 1));
    await webhook.send({ id: 3 });
    await listening.until(() => listening.of('gaps').length > 1);
    console.log(JSON.stringify(listening.of('gaps')[1], null, 1));
  });

  it('goes on where it was after the object left memory', async () => {
    const webhook = await TestWebhook.create([]);
    const listening = await Listening.to(webhook.id, { query: '?include=body' });
    await webhook.send();
    await evictDurableObject(webhook.stub());
    listening.send('ping');
    await webhook.sendMany(3);
    await listening.until(() => listening.sequences.length >= 4);
    expect(listening.sequences).toEqual(range(1, 4));
    expect(listening.others).toEqual(['pong']);
    await evictDurableObject(webhook.stub());
    await call('DELETE', webhook.path);
    await listening.until(() => listening.closed !== null);
    expect(listening.closed).toEqual({ code: 4004, reason: 'webhook_deleted' });
    expect(listening.messages.at(-1)).toMatchObject({ type: 'end', cursor: '4.0', reason: 'webhook_deleted' });
  });
});
