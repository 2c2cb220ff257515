/** `/webhooks/{webhook_id}/sequence`: the sequence strip at any distance, from the last hundred ids to all. */
import { Hono } from 'hono';
import { apiPath, sequencePath, streamPath, webhookPath } from './addresses';
import type { SequenceMap, Webhook } from './answers';
import { askApi, queryText } from './ask-api';
import type { PageEnv } from './context';
import { failed } from './error-page';
import { Layout, showPage } from './layout';
import { providerTitle } from './names';
import { LivePart } from './parts/live';
import { numberText } from './parts/state';
import { Strip } from './strip';
import { crumbsOf } from './webhook';

export const sequence = new Hono<PageEnv>();

const CELLS = 120;
const DISTANCES = [100, 1000, 10_000, 100_000];

sequence.get('/webhooks/:id/sequence', async c => {
  const path = webhookPath(c.req.param('id'));
  const api = apiPath(path);
  const { epoch, from, to } = c.req.query();
  const [webhook, map] = await Promise.all([
    askApi<Webhook>(c, 'GET', api),
    askApi<SequenceMap>(c, 'GET', `${api}/sequence${queryText({ epoch, from, to, cells: CELLS })}`),
  ]);
  if (!webhook.ok) return failed(c, webhook.error);
  if (!map.ok) return failed(c, map.error);
  const id = webhook.value.webhook_id;
  return showPage(
    c,
    <Layout
      title="Sequence"
      visitor={c.var.visitor}
      crumbs={[...crumbsOf(webhook.value), { name: 'Sequence', href: sequencePath(id, {}) }]}
      live={{ stream: streamPath(id) }}
    >
      <h1>Sequence</h1>
      {map.value.numbered ? (
        <LivePart name="sequence">
          <Distances webhookId={id} map={map.value} />
          <Strip webhookId={id} map={map.value} />
          {map.value.exact ? null : (
            <p class="soft">
              From this distance refilled and ignored ids are not told apart from received ones.
            </p>
          )}
          <Numberings webhookId={id} map={map.value} />
        </LivePart>
      ) : (
        <p class="empty">
          {providerTitle(webhook.value.provider)} does not number its events, so whether one is missing cannot
          be known.
        </p>
      )}
    </Layout>,
  );
});

type NumberedMap = Extract<SequenceMap, { numbered: true }>;

/** Further away, nearer, older, newer: each a link. */
function Distances({ webhookId, map }: { webhookId: number; map: NumberedMap }) {
  const span = map.epochs.find(({ epoch }) => epoch === map.epoch);
  const from = map.cells[0]?.from;
  const to = map.cells.at(-1)?.to;
  if (span === undefined || from === undefined || to === undefined) return null;
  const ids = to - from + 1;
  const { epoch } = map;
  const all = span.highest - span.first + 1;
  const at = (first: number, last: number) => ({
    href: sequencePath(webhookId, {
      epoch,
      from: Math.max(span.first, first),
      to: Math.min(span.highest, last),
    }),
  });
  return (
    <nav aria-label="Range" class="row">
      {DISTANCES.filter(distance => distance < all).map(distance => (
        <a
          {...at(span.highest - distance + 1, span.highest)}
          aria-current={to === span.highest && ids === distance ? 'true' : undefined}
        >
          last {numberText(distance)}
        </a>
      ))}
      <a {...at(span.first, span.highest)} aria-current={ids === all ? 'true' : undefined}>
        all {numberText(all)}
      </a>
      {from > span.first ? <a {...at(from - ids, from - 1)}>← older</a> : null}
      {to < span.highest ? <a {...at(to + 1, to + ids)}>newer →</a> : null}
      {ids > 10 ? <a {...at(from + Math.floor(ids / 4), to - Math.floor(ids / 4))}>closer</a> : null}
      {ids < all ? <a {...at(from - Math.ceil(ids / 2), to + Math.ceil(ids / 2))}>further away</a> : null}
    </nav>
  );
}

/** The numberings whose late ids are still taken, where there are several. */
function Numberings({ webhookId, map }: { webhookId: number; map: NumberedMap }) {
  if (map.epochs.length < 2) return null;
  return (
    <>
      <h2>Numberings</h2>
      <ul>
        {map.epochs.map(({ epoch, first, highest }, i) => (
          <li>
            <a
              href={sequencePath(webhookId, { epoch })}
              aria-current={epoch === map.epoch ? 'true' : undefined}
            >
              {i === 0 ? 'the current one' : `epoch ${epoch}`}
            </a>
            , ids {numberText(first)} to {numberText(highest)}
          </li>
        ))}
      </ul>
    </>
  );
}
