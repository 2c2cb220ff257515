/**
 * The guard in front of every page but the one to sign in at. A form is taken only from somebody who may write, from a page of this
 * gateway, with the token of the session that it was shown in.
 */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { configurationProblem } from '../api/admin-token';
import { readBytes } from '../api/body';
import { principalOfId } from '../api/credentials';
import { isCrossSite } from '../api/cross-site';
import { err, ok, type Result } from '../result';
import type { PageEnv } from './context';
import { errorPage } from './error-page';
import { FORM_TOKEN, formTokenOf, isFormToken, readSession } from './session';
import { sentSession } from './session-cookie';
import { toSignIn } from './sign-in-address';

const MAX_FORM_BYTES = 64 * 1024;
const READS_ONLY = 'This token may only read.';

const isRead = (method: string): boolean => method === 'GET' || method === 'HEAD';

export const guarded = createMiddleware<PageEnv>(async function guarded(c, next) {
  const detail = configurationProblem(c.env);
  if (detail !== null) return errorPage(c, null, { status: 503, title: 'Not configured', detail });
  const session = await readSession(c.env, sentSession(c.req.raw), Date.now());
  if (session === null) return askToSignIn(c);
  const principal = await principalOfId(c.env, session.principalId);
  if (!principal.ok) {
    return errorPage(c, null, {
      status: 503,
      title: 'Unavailable',
      detail: 'Your token could not be looked up. Try again.',
    });
  }
  if (principal.value === null) return askToSignIn(c);
  const visitor = {
    principal: principal.value,
    session,
    formToken: await formTokenOf(c.env, session),
    canWrite: principal.value.scope !== 'read',
  };
  c.set('visitor', visitor);
  if (isRead(c.req.method)) return next();

  const refuse = (status: 400 | 403 | 413, why: string): Promise<Response> =>
    errorPage(c, visitor, { status, title: 'Not done', detail: why });
  if (isCrossSite(c.req.raw)) return refuse(403, 'The form came from another site.');
  const form = await readForm(c.req.raw);
  if (!form.ok) return refuse(...UNREADABLE[form.error]);
  if (!(await isFormToken(c.env, session, form.value.get(FORM_TOKEN) ?? ''))) {
    return refuse(403, 'The form is of another session. Go back, load the page again, and try once more.');
  }
  // Anybody may sign out.
  if (!visitor.canWrite && c.req.path !== '/sign_out') return refuse(403, READS_ONLY);
  c.set('form', form.value);
  await next();
});

type Unreadable = 'no_form' | 'too_long';

/** What is said of each, with its status. */
const UNREADABLE: Record<Unreadable, readonly [status: 400 | 413, why: string]> = {
  no_form: [400, 'What came is no form of this page.'],
  too_long: [
    413,
    `What was entered is longer than a form may be: ${MAX_FORM_BYTES / 1024} KiB in all, as browsers send it. Nothing was changed. The API takes more.`,
  ],
};

/** The fields of a form. */
export async function readForm(request: Request): Promise<Result<URLSearchParams, Unreadable>> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(type)) return err('no_form');
  const bytes = await readBytes(request, MAX_FORM_BYTES);
  return bytes.ok ? ok(new URLSearchParams(new TextDecoder().decode(bytes.value))) : err('too_long');
}

/** Leads back to what was asked for, once signed in; but not to where a form was sent. */
function askToSignIn(c: Context<PageEnv>): Response {
  const { pathname, search } = new URL(c.req.url);
  return c.redirect(toSignIn(isRead(c.req.method) ? pathname + search : '/'), 303);
}

/** In front of pages that are nothing but forms: who may only read is told so, not shown one. */
export const forWriters = createMiddleware<PageEnv>(async function forWriters(c, next) {
  const { visitor } = c.var;
  if (visitor.canWrite) return next();
  return errorPage(c, visitor, { status: 403, title: 'Not done', detail: READS_ONLY });
});
