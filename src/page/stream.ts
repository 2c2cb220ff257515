/**
 * `/webhooks/{webhook_id}/stream`: the API's stream, for a page of somebody who has signed in. The session stands for the token, which no
 * script ever has.
 *
 * A WebSocket may be opened by any page of any site, and brings no token of a form. So the browser has to say which page asks, and it has
 * to be one of this host; besides, it sends the cookie along to no other (`SameSite=Strict`).
 */
import { Hono } from 'hono';
import { isUpgrade } from '../api/bearer';
import { isCrossSite } from '../api/cross-site';
import { apiPath, streamPath } from './addresses';
import { listenToApi } from './ask-api';
import type { PageEnv } from './context';
import { errorPage } from './error-page';

export const stream = new Hono<PageEnv>();

stream.get('/webhooks/:id/stream', c => {
  const refuse = (status: 403 | 426, detail: string): Promise<Response> =>
    errorPage(c, c.var.visitor, { status, title: 'Not done', detail });
  if (!isUpgrade(c.req.raw)) return refuse(426, 'This is for scripts of the page: it is a WebSocket.');
  if (c.req.header('Origin') === undefined || isCrossSite(c.req.raw)) {
    return refuse(403, 'Another site asked to listen.');
  }
  return listenToApi(c, apiPath(streamPath(c.req.param('id'))));
});
