/** Who may listen, how the token is sent, and that it ends. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { ApiTokens } from '../../../src/tokens/api-tokens';
import { call, TestWebhook } from '../../support/in-worker';
import { askToListen, Listening } from '../../support/listening';
import { useStandingClock, wait } from '../../support/standing-clock';

useStandingClock();

async function newToken(
  given: object = {},
): Promise<{ id: string; text: string; headers: Record<string, string> }> {
  const { body } = await call<{ token_id: string; token: string }>('POST', '/v1/tokens', {
    name: 't',
    ...given,
  });
  return { id: body.token_id, text: body.token, headers: { Authorization: `Bearer ${body.token}` } };
}

describe('the token of a listener', () => {
  it('may be a subprotocol, which is not answered, and is never in the address', async () => {
    const webhook = await TestWebhook.create([]);
    const { text } = await newToken();
    const ask = async (protocols: string, query = '') => {
      const headers = { Authorization: '', 'Sec-WebSocket-Protocol': protocols };
      const answer = await askToListen(webhook.id, query, headers);
      return [answer.status, answer.headers.get('Sec-WebSocket-Protocol')];
    };
    expect(await ask(`gapless.v1, bearer.${text}`)).toEqual([101, 'gapless.v1']);
    expect(await ask(`bearer.${text}`)).toEqual([101, null]);
    expect(await ask(`gapless.v1, bearer.${encodeURIComponent(env.ADMIN_TOKEN)}`)).toEqual([
      101,
      'gapless.v1',
    ]);
    for (const wrong of ['gapless.v1', `gapless.v1, bearer.${text}x`, 'bearer.', 'bearer.%']) {
      expect(await ask(wrong)).toEqual([401, null]);
    }
    expect(await ask('gapless.v1', `?token=${text}`)).toEqual([401, null]);
    // Only where a WebSocket is asked for.
    const headers = { Authorization: '', Upgrade: '', 'Sec-WebSocket-Protocol': `bearer.${text}` };
    expect((await askToListen(webhook.id, '', headers)).status).toBe(401);
  });

  it('decides to which webhook', async () => {
    const [one, two] = [await TestWebhook.create([]), await TestWebhook.create([])];
    const { headers } = await newToken({ webhook_id: one.id });
    expect((await askToListen(one.id, '', headers)).status).toBe(101);
    expect((await askToListen(two.id, '', headers)).status).toBe(403);
  });

  it('that is revoked hears nothing from 10 seconds after, and others hear on', async () => {
    const webhook = await TestWebhook.create([]);
    const [revoked, kept] = [await newToken(), await newToken({ webhook_id: webhook.id })];
    const reader = await Listening.to(webhook.id, { headers: revoked.headers });
    const others = [
      await Listening.to(webhook.id, { headers: kept.headers }),
      await Listening.to(webhook.id),
    ];
    await webhook.send();
    await reader.until(() => reader.sequences.length === 1);
    await runInDurableObject(env.TOKENS.getByName('tokens'), object => object.revoke(revoked.id));
    wait(10_000);
    await webhook.sendMany(2);
    await reader.until(() => reader.closed !== null);
    expect(reader.closed).toEqual({ code: 4001, reason: 'token_ended' });
    expect(reader.sequences).toEqual([1]);
    for (const other of others) {
      await other.until(() => other.sequences.length === 3);
      expect(other.sequences).toEqual([1, 2, 3]);
    }
  });

  it('that nobody can judge hears nothing, and goes on later without loss', async () => {
    const webhook = await TestWebhook.create([]);
    const { headers } = await newToken();
    const listening = await Listening.to(webhook.id, { headers });
    vi.spyOn(ApiTokens.prototype, 'remaining').mockRejectedValue(new Error('away'));
    await webhook.send();
    await listening.until(() => listening.closed !== null);
    expect(listening.closed).toEqual({ code: 4013, reason: 'unavailable' });
    expect(listening.sequences).toEqual([]);
    vi.restoreAllMocks();
    const again = await Listening.to(webhook.id, { headers, query: `?after=${listening.cursor}` });
    await again.until(() => again.sequences.length === 1);
  });

  it('is asked for once in 10 seconds at most, and not while nothing comes', async () => {
    const webhook = await TestWebhook.create([]);
    const { headers } = await newToken();
    const asked = vi.spyOn(ApiTokens.prototype, 'remaining');
    const all = await Promise.all([1, 2, 3].map(() => Listening.to(webhook.id, { headers })));
    wait(60_000);
    expect(asked).not.toHaveBeenCalled();
    await webhook.sendMany(5);
    for (const listening of all) await listening.until(() => listening.sequences.length === 5);
    expect(asked).toHaveBeenCalledTimes(1);
  });
});
