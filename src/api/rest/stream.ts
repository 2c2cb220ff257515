/**
 * `GET /v1/webhooks/{webhook_id}/stream`: a WebSocket to listen to a webhook. What is sent over it is made by the webhook's
 * object (`src/log/stream/`); here is decided who may listen, and to what.
 */
import { Hono } from 'hono';
import { type StreamQuery, streamUrl } from '../../log/contract/stream';
import { positionOf } from '../../views/cursor';
import { ask } from '../ask';
import { isUpgrade, protocolsOf, STREAM_PROTOCOL } from '../bearer';
import type { ApiEnv } from '../context';
import { isCrossSite } from '../cross-site';
import { forWhom } from '../on-behalf';
import { problem } from '../problem';
import { flagParameter, oneOfParameter } from '../query';
import { objectFor } from './addressed';
import { topicParameter } from './list-parameters';

export const stream = new Hono<ApiEnv>();

stream.get('/:webhook_id/stream', async c => {
  const request = c.req.raw;
  if (!isUpgrade(request)) return problem({ reason: 'upgrade_required' });
  if (isCrossSite(request)) {
    const detail = 'A page of another site may not listen: have its server do so, or send no Origin.';
    return problem({ reason: 'forbidden', detail });
  }
  const include = oneOfParameter('include', c.req.query('include'), ['body']);
  const topic = topicParameter(c.req.query('topic'));
  const replays = flagParameter('replays', c.req.query('replays'));
  const after = positionOf(c.req.query('after') ?? 'now');
  if (!topic.ok || !include.ok || !replays.ok || !after.ok) {
    const errors = [topic, include, replays, after].flatMap(part => (part.ok ? [] : part.error));
    return problem({ reason: 'invalid', errors });
  }
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const { id } = c.get('principal');
  const endsAt = forWhom(request)?.endsAt ?? null;
  const query: StreamQuery = {
    ...{ after: after.value, topic: topic.value, tokenId: id === 'admin' ? null : id },
    ...(include.value === null ? {} : { include: include.value }),
    ...(endsAt === null ? {} : { endsAt }),
    ...(replays.value ? { replays: true } : {}),
  };
  const headers = { Upgrade: 'websocket' };
  const answer = await ask(() => object.value.fetch(new Request(streamUrl(query), { headers })));
  if (!answer.ok) return problem(answer.error);
  const { webSocket } = answer.value;
  if (webSocket === null) return problem({ reason: 'unavailable', cause: 'no_stream' });
  // A browser takes no protocol that it did not offer, and none that has the token.
  const isOffered = protocolsOf(request).includes(STREAM_PROTOCOL);
  return new Response(null, {
    status: 101,
    webSocket,
    headers: isOffered ? { 'Sec-WebSocket-Protocol': STREAM_PROTOCOL } : {},
  });
});
