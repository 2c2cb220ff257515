/** What forms do: each asks the API for one thing, and leads back to where it was asked from. */
import { Hono } from 'hono';
import { apiPath, destinationPath, eventPath, webhookPath } from './addresses';
import { askApi } from './ask-api';
import type { PageEnv } from './context';
import { backTo, type Done } from './done';
import { failed } from './error-page';

export const actions = new Hono<PageEnv>();

actions.post('/webhooks/:id/destinations/:destination/retry', async c => {
  const { id, destination } = c.req.param();
  const retried = await askApi<{ waiting: number }>(
    c,
    'POST',
    `${apiPath(destinationPath(id, destination))}/retry`,
  );
  if (!retried.ok) return failed(c, retried.error);
  return backTo(c, webhookPath(id), 'retried', retried.value.waiting);
});

for (const [verb, isActive, done] of [
  ['pause', false, 'paused'],
  ['resume', true, 'resumed'],
] as const) {
  actions.post(`/webhooks/:id/destinations/:destination/${verb}`, async c => {
    const { id, destination } = c.req.param();
    const changed = await askApi(c, 'PATCH', apiPath(destinationPath(id, destination)), {
      is_active: isActive,
    });
    return changed.ok ? backTo(c, webhookPath(id), done) : failed(c, changed.error);
  });
}

actions.post('/webhooks/:id/events/:sequence/replay', async c => {
  const { id, sequence } = c.req.param();
  const path = eventPath(id, sequence);
  const destination = c.var.form.get('destination_id') ?? '';
  const input = destination === '' ? {} : { destination_id: destination };
  const replayed = await askApi<{ count: number }>(c, 'POST', `${apiPath(path)}/replay`, input);
  return replayed.ok ? backTo(c, path, 'replayed', replayed.value.count) : failed(c, replayed.error);
});

const RELEASED: Readonly<Record<string, Done>> = { quarantined: 'kept', duplicate: 'again' };

actions.post('/webhooks/:id/events/:sequence/release', async c => {
  const { id, sequence } = c.req.param();
  const path = eventPath(id, sequence);
  const released = await askApi<{ status: string }>(c, 'POST', `${apiPath(path)}/release`);
  if (!released.ok) return failed(c, released.error);
  return backTo(c, path, RELEASED[released.value.status] ?? 'released');
});
