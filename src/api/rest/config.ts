/**
 * `/v1/config`: the configuration as code. GET exports it, PUT applies it; `dry_run=true` only says what would change.
 *
 * Everything is validated before anything is changed. Webhooks are changed one after the other, each as a whole. Where one
 * fails, the same request sent again goes on from there. What the document does not list stays, unless `prune=true`.
 */
import { Hono } from 'hono';
import { type Change, entriesOf, exportedConfig } from '../../configuration/document';
import type { Means } from '../../configuration/means';
import { ok, type Result } from '../../result';
import { open } from '../../subscriptions/sealing';
import { readJson } from '../body';
import { inputRules, makingAt, sealingKeys } from '../deployment';
import { type ApiError, problem } from '../problem';
import { flagParameter } from '../query';
import { allWebhooks } from '../webhook-operations';
import { planned } from './config-steps';

export const config = new Hono<{ Bindings: Env }>();

const MAX_CONFIG_BYTES = 8 * 1024 * 1024;

config.get('/', async c => {
  const records = await allWebhooks(c.env, Date.now());
  if (!records.ok) return problem(records.error);
  return c.json(exportedConfig(records.value));
});

config.put('/', async c => {
  const dryRun = flagParameter('dry_run', c.req.query('dry_run'));
  const prune = flagParameter('prune', c.req.query('prune'));
  if (!dryRun.ok) return problem({ reason: 'invalid', errors: dryRun.error });
  if (!prune.ok) return problem({ reason: 'invalid', errors: prune.error });
  const given = await readJson(c.req.raw, { maxBytes: MAX_CONFIG_BYTES });
  if (!given.ok) return problem(given.error);
  const entries = entriesOf(given.value);
  if (!entries.ok) return problem({ reason: 'invalid', errors: entries.error });
  const means = await meansOf(c.env, prune.value);
  if (!means.ok) return problem(means.error);
  const steps = await planned(c.env, entries.value, means.value);
  if (!steps.ok) return problem(steps.error);
  const warnings = steps.value.flatMap(step => step.warnings);
  if (dryRun.value)
    return c.json({ changes: steps.value.flatMap(({ changes }) => changes.map(unmade)), warnings });

  const changes: Change[] = [];
  for (const { changes: foreseen, apply } of steps.value) {
    if (foreseen.length === 0) continue;
    const applied = await apply();
    if (!applied.ok) return problem(applied.error);
    changes.push(...applied.value);
  }
  return c.json({ changes, warnings });
});

/** A dry run shows no secrets: applying the document makes others. */
const unmade = ({ secret_key: _, ...change }: Change): Change => change;

async function meansOf(env: Env, prune: boolean): Promise<Result<Means, ApiError>> {
  const making = await makingAt(env, Date.now());
  if (!making.ok) return making;
  const keys = await sealingKeys(env);
  if (!keys.ok) return keys;
  return ok({
    rules: inputRules(env),
    making: making.value,
    prune,
    open: async (boundTo, sealed) => {
      const text = await open(keys.value, boundTo, sealed);
      return text.ok ? text.value : null;
    },
  });
}
