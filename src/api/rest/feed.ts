/** `GET /v1/webhooks/{webhook_id}/feed`: events to pull, in the order in which destinations get them. */
import { Hono } from 'hono';
import type { FeedPage, FeedStart } from '../../log/contract/events';
import { err, type Result } from '../../result';
import { cursorText, positionOf } from '../../views/cursor';
import { eventView } from '../../views/event';
import { ask } from '../ask';
import { type ApiError, problem } from '../problem';
import { objectFor } from './addressed';
import { scannedToView } from './events';
import { commonParameters } from './list-parameters';
import { pageInTurns } from './long-poll';

export const feed = new Hono<{ Bindings: Env }>();

feed.get('/:webhook_id/feed', async c => {
  const common = commonParameters(c.req.query());
  const given = c.req.query('after') ?? '0';
  const after = positionOf(given);
  if (!common.ok || !after.ok) {
    const errors = [common, after].flatMap(part => (part.ok ? [] : part.error));
    return problem({ reason: 'invalid', errors });
  }
  const object = await objectFor(c.env, c.req.param('webhook_id'));
  if (!object.ok) return problem(object.error);
  const { wait, ...query } = common.value;
  const found = await pageInTurns(
    (from: FeedStart, waitMs) =>
      pageOf(
        () => object.value.feed({ ...query, after: from, waitMs }),
        // As it was given, as long as it is what was given.
        from === after.value || from === 'now' ? given : cursorText(from),
      ),
    after.value,
    wait,
    c.req.raw.signal,
  );
  if (!found.ok) return problem(found.error);
  if (found.value === null) return problem({ reason: 'not_found', what: 'webhook' });
  const { events, next, cursor, scannedTo = null } = found.value;
  if (query.filter !== undefined && found.value.scannedTo === undefined)
    return problem({ reason: 'unavailable', cause: 'earlier_release' });
  return c.json({
    events: events.map(eventView),
    next: next === null ? null : cursorText(next),
    cursor: cursorText(cursor),
    scanned_to: scannedToView(scannedTo),
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
