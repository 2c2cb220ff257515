/** `GET /v1/webhooks/{webhook_id}/feed`: events to pull, in the order in which destinations get them. */
import { Hono } from 'hono';
import type { FieldError } from '../../input/field-errors';
import type { FeedCursor, FeedPage, FeedQuery, FeedStart } from '../../log/contract/events';
import { err, ok, type Result } from '../../result';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { oneOfParameter, wholeParameters } from '../query';
import { objectFor } from './addressed';
import { eventView, topicParameter } from './events';
import { MAX_WAIT_SECONDS, pageInTurns } from './long-poll';

export const feed = new Hono<{ Bindings: Env }>();

feed.get('/:webhook_id/feed', async c => {
  const page = wholeParameters(c.req.query(), {
    limit: { min: 1, max: 500, fallback: 100 },
    wait: { min: 0, max: MAX_WAIT_SECONDS, fallback: 0 },
  });
  const include = oneOfParameter('include', c.req.query('include'), ['body']);
  const topic = topicParameter(c.req.query('topic'));
  const after = positionOf(c.req.query('after') ?? '0');
  if (!page.ok || !topic.ok || !include.ok || !after.ok) {
    const errors = [page, topic, include, after].flatMap(part => (part.ok ? [] : part.error));
    return problem({ reason: 'invalid', errors });
  }
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const query: Omit<FeedQuery, 'after'> = {
    ...{ limit: page.value.limit, topic: topic.value },
    ...(include.value === null ? {} : { include: include.value }),
  };
  const found = await pageInTurns(
    (from: FeedStart, waitMs) =>
      pageOf(
        () => object.value.feed({ ...query, after: from, waitMs }),
        from === 'now' ? from : cursorText(from),
      ),
    after.value,
    page.value.wait,
    c.req.raw.signal,
  );
  if (!found.ok) return problem(found.error);
  if (found.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  const { events, next, cursor } = found.value;
  return c.json({
    events: events.map(eventView),
    next: next === null ? null : cursorText(next),
    cursor: cursorText(cursor),
  });
});

/** A page, if the position that was asked for is one of this feed, and the feed has come as far. */
async function pageOf(
  read: () => Promise<FeedPage | null>,
  after: string,
): Promise<Result<FeedPage | null, ApiError>> {
  const page = await ask(read);
  if (!page.ok || page.value === null) return page;
  const { cursor, beyondEnd, otherLife } = page.value;
  const foreign = { after, end: cursorText(cursor) };
  if (otherLife === true) return err({ reason: 'other_life', ...foreign });
  return beyondEnd === true ? err({ reason: 'beyond_end', ...foreign }) : page;
}

/**
 * A position in the feed as clients carry it: the sequence and the release that were passed, and the life of a webhook whose id
 * may come again, so that nobody goes on in the feed of one with the cursor of another.
 */
const cursorText = ({ sequence, release, life }: FeedCursor): string =>
  `${sequence}.${release}${life ? `.${life}` : ''}`;

const CURSOR = /^(\d{1,15})(?:\.(\d{1,15})(?:\.([0-9a-f]{1,64}))?)?$/;

function positionOf(text: string): Result<FeedStart, FieldError[]> {
  if (text === 'now') return ok('now');
  const [, sequence, release = '0', life = null] = CURSOR.exec(text) ?? [];
  if (sequence !== undefined) return ok({ sequence: Number(sequence), release: Number(release), life });
  return err([{ path: 'query:after', message: 'must be 0, now, or the cursor of a page before' }]);
}
