/** `/webhooks/{webhook_id}/gaps/mend`: what can be done about missing ids: waiting, adding an event that was fetched, or closing the gap by hand. */
import { Hono } from 'hono';
import { apiPath, eventPath, gapsPath, mendGapPath, resolveGapPath, webhookPath } from './addresses';
import type { Gap, Gaps, Webhook } from './answers';
import { askApi, NOT_FOUND } from './ask-api';
import type { PageContext, PageEnv } from './context';
import { backTo } from './done';
import { failed } from './error-page';
import { Form, type Refused } from './forms/form';
import type { FormField } from './forms/form-field';
import { typedValues, type Values } from './forms/form-values';
import { idsOf, Outlook } from './gap-table';
import { forWriters } from './guard';
import { Layout, showPage } from './layout';
import { providerTitle } from './names';
import { Action } from './parts/action';
import { Field } from './parts/field';
import { crumbsOf } from './webhook';

export const mendGap = new Hono<PageEnv>();

const AT = '/webhooks/:id/gaps/mend';

const BODY: FormField = {
  ...{ name: 'body', label: 'Body of the event', kind: 'lines', isRequired: true },
  hint: 'As the provider would send it, with its number in it. It is marked as not signed.',
};
const FIELDS = [BODY];

/** Which gap it is, as addresses and forms say it. */
type Asked = { from: string; to: string; epoch: string };

const inQuery = (c: PageContext): Asked => askedIn(name => c.req.query(name));
const inForm = (c: PageContext): Asked => askedIn(name => c.var.form.get(name));
const askedIn = (given: (name: string) => string | null | undefined): Asked => ({
  ...{ from: given('from') ?? '', to: given('to') ?? '', epoch: given('epoch') ?? '' },
});

type Shown = { values: Values; refused: Refused | null; status: number };

mendGap.get(AT, forWriters, c => show(c, inQuery(c), { values: {}, refused: null, status: 200 }));

async function show(c: PageContext, asked: Asked, { values, refused, status }: Shown): Promise<Response> {
  const api = apiPath(webhookPath(c.req.param('id') ?? ''));
  const [webhook, report] = await Promise.all([
    askApi<Webhook>(c, 'GET', api),
    askApi<Gaps>(c, 'GET', `${api}/gaps`),
  ]);
  if (!webhook.ok) return failed(c, webhook.error);
  if (!report.ok) return failed(c, report.error);
  const { from, to, epoch } = asked;
  const gap = report.value.gaps.find(
    one => String(one.from) === from && String(one.to) === to && String(one.epoch) === epoch,
  );
  if (gap === undefined) return failed(c, { ...NOT_FOUND, detail: CHANGED });
  const id = webhook.value.webhook_id;
  const { visitor } = c.var;
  const title = `Missing: ${idsOf(gap)}`;
  const here = mendGapPath(id, gap);
  return showPage(
    c,
    <Layout
      title={title}
      visitor={visitor}
      crumbs={[...crumbsOf(webhook.value), { name: 'Gaps', href: gapsPath(id) }, { name: title, href: here }]}
    >
      <h1>{title}</h1>
      <p>
        <Outlook gap={gap} now={Date.now()} />
      </p>
      <h2>Fill it</h2>
      <p>
        Fetch the event at {providerTitle(webhook.value.provider)}, and add it here. Of several, or of one
        whose topic or id stands in a header, the command line makes less work:{' '}
        <code>{refillCommand(id)}</code>
      </p>
      <Form
        visitor={visitor}
        to={here}
        send="Add the event"
        groups={[{ name: '', isOpen: true, fields: FIELDS }]}
        values={values}
        refused={refused}
        hidden={asked}
        back={gapsPath(id)}
      />
      <h2>Close it</h2>
      <p>Where it is known that nothing will come. An id that arrives after all is accepted.</p>
      <Action visitor={visitor} to={resolveGapPath(id)} name="Close the gap">
        {Object.entries(asked).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <Field name="note" label="Why, shown with the gap">
          <input id="note" name="note" maxlength={500} />
        </Field>
      </Action>
    </Layout>,
    status,
  );
}

const refillCommand = (id: number): string => `npx gapless refill ${id}`;

const CHANGED = 'There is no such gap any more: it was filled or closed, or has grown. See the list of gaps.';

/** What became of the event that was added, as ingest answers. */
type Added = { status: string; sequence?: number };

mendGap.post(AT, async c => {
  const id = c.req.param('id');
  const values = typedValues(c.var.form, FIELDS);
  const added = await askApi<Added>(c, 'POST', `${apiPath(webhookPath(id))}/events`, { body: values.body });
  if (!added.ok) {
    const { title, detail, errors, status } = added.error;
    return show(c, inForm(c), { values, refused: { said: `${title}. ${detail}`, errors }, status });
  }
  const { status, sequence } = added.value;
  if (sequence === undefined) return backTo(c, gapsPath(id), 'known');
  return backTo(c, eventPath(id, sequence), status === 'duplicate' ? 'known' : 'added');
});

mendGap.post('/webhooks/:id/gaps/resolve', async c => {
  const id = c.req.param('id');
  const { from, to, epoch } = inForm(c);
  const note = (c.var.form.get('note') ?? '').trim();
  const closed = await askApi<{ gaps: Gap[] }>(c, 'POST', `${apiPath(webhookPath(id))}/gaps/resolve`, {
    ...{ from: Number(from), to: Number(to), epoch: epoch === '' ? null : Number(epoch) },
    ...(note === '' ? {} : { note }),
  });
  return closed.ok ? backTo(c, gapsPath(id), 'closed') : failed(c, closed.error);
});
