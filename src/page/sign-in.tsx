/** `/sign_in` and `/sign_out`. Wrong tokens are counted by address, together with those that the API gets. */
import { Hono } from 'hono';
import { addressOf, configurationProblem } from '../api/admin-token';
import { principalOfToken } from '../api/credentials';
import { isCrossSite } from '../api/cross-site';
import type { PageContext, PageEnv } from './context';
import { guarded, readForm } from './guard';
import { Layout, showPage } from './layout';
import { newSession } from './session';
import { forgottenSession, givenSession, isPrivateLine } from './session-cookie';
import { returnAddress, SIGN_IN } from './sign-in-address';

export const signIn = new Hono<PageEnv>();

const randomBytes = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

signIn.get(SIGN_IN, c => show(c, 200, returnAddress(c.req.query('to'))));

signIn.post(SIGN_IN, async c => {
  const to = returnAddress(c.req.query('to'));
  const detail = configurationProblem(c.env);
  if (detail !== null) return show(c, 503, to, detail);
  if (isCrossSite(c.req.raw)) return show(c, 403, to, 'The form came from another site. Sign in here.');
  if (!isPrivateLine(c.req.raw)) return show(c, 403, to);
  const form = await readForm(c.req.raw);
  const token = form.ok ? (form.value.get('token')?.trim() ?? '') : '';
  if (token === '') return show(c, 422, to, 'Enter a token.');
  const principal = await principalOfToken(c.env, token, addressOf(c.req.raw));
  if (principal.ok) {
    const session = await newSession(c.env, principal.value.id, Date.now(), randomBytes);
    c.header('Set-Cookie', givenSession(c.req.raw, session.text));
    return c.redirect(to, 303);
  }
  switch (principal.error.reason) {
    case 'unauthorized':
      return show(c, 401, to, 'This is neither the admin token nor an API token of this gateway.');
    case 'sign_ins_limited':
      c.header('Retry-After', '60');
      return show(c, 429, to, 'Too many wrong tokens came from your address. The right one is still taken.');
    default:
      return show(c, 503, to, 'The token could not be looked up. Try again.');
  }
});

signIn.post('/sign_out', guarded, c => {
  c.header('Set-Cookie', forgottenSession(c.req.raw));
  return c.redirect(SIGN_IN, 303);
});

function show(c: PageContext, status: 200 | 401 | 403 | 422 | 429 | 503, to: string, problem?: string) {
  const action = to === '/' ? SIGN_IN : `${SIGN_IN}?${new URLSearchParams({ to })}`;
  return showPage(
    c,
    <Layout title="Sign in" visitor={null}>
      <div class="narrow">
        <h1>Sign in</h1>
        {problem === undefined ? null : (
          <p class="notice bad" role="alert" id="problem">
            {problem}
          </p>
        )}
        {isPrivateLine(c.req.raw) ? (
          <form method="post" action={action} class="panel stack">
            <label class="field">
              <span>Token</span>
              <input
                type="password"
                name="token"
                required
                autofocus
                autocomplete="current-password"
                aria-describedby="which-token"
              />
            </label>
            <p class="soft" id="which-token">
              The admin token (<code>ADMIN_TOKEN</code>; on your own machine it is in <code>.dev.vars</code>),
              or an API token. What it may do, you may do here, for twelve hours.
            </p>
            <button type="submit">Sign in</button>
          </form>
        ) : (
          <p class="notice bad">
            Open this page with https:// — a token would be sent for everybody on the way to read.
          </p>
        )}
      </div>
    </Layout>,
    status,
  );
}
