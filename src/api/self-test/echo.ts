/**
 * What the self-test's own requests meet, from outside like any destination: `POST /self_test/echo` holds a request open, and
 * `POST /self_test/receiver` judges the signature of a delivery. Both take the key of a run, and nobody else gets more than a 403.
 * Neither sends a request, stores anything or holds one for longer than a second, so they amplify nothing.
 */
import { Hono } from 'hono';
import { sameText } from '../../constant-time';
import { standardSignature } from '../../delivery/standard-webhooks';
import { versionId } from '../../log-line';
import { err, ok, type Result } from '../../result';
import { configurationProblem } from '../admin-token';
import { readBytes } from '../body';
import { type ApiError, problem } from '../problem';
import { wholeParameters } from '../query';
import { destinationSecretOf, type Run, runOfKey } from './run';

export const MAX_HOLD_MS = 1000;

export const echo = new Hono<{ Bindings: Env }>();

async function runAsking(env: Env, key: string | undefined): Promise<Result<Run, ApiError>> {
  const detail = configurationProblem(env);
  if (detail !== null) return err({ reason: 'not_configured', detail });
  const run = await runOfKey(env, key ?? '', Date.now());
  if (run !== null) return ok(run);
  return err({ reason: 'forbidden', detail: 'This takes the key of a self-test that is running.' });
}

echo.post('/echo', async c => {
  const arrived = Date.now();
  const run = await runAsking(c.env, c.req.query('key'));
  if (!run.ok) return problem(run.error);
  const asked = wholeParameters(c.req.query(), { hold_ms: { min: 0, max: MAX_HOLD_MS, fallback: 0 } });
  if (!asked.ok) return problem({ reason: 'invalid', errors: asked.error });
  await new Promise(resolve => setTimeout(resolve, asked.value.hold_ms));
  return c.json({ run: run.value.id, version: versionId(), arrived_ms: arrived, answered_ms: Date.now() });
});

echo.post('/receiver', async c => {
  const run = await runAsking(c.env, c.req.query('key'));
  if (!run.ok) return problem(run.error);
  const body = await readBytes(c.req.raw);
  if (!body.ok) return problem(body.error);
  const message = {
    id: c.req.header('webhook-id') ?? '',
    timestamp: Number(c.req.header('webhook-timestamp')),
    body: body.value,
  };
  const expected = await standardSignature([await destinationSecretOf(c.env, run.value)], message);
  if (await sameText(c.req.header('webhook-signature') ?? '', expected))
    return c.json({ signature: 'right' });
  return problem({ reason: 'forbidden', detail: 'The delivery is not signed with the secret of this run.' });
});

for (const path of ['/echo', '/receiver']) {
  echo.all(path, () => problem({ reason: 'method_not_allowed', allowed: ['POST'] }));
}
