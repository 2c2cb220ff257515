/**
 * `/webhooks`: making a webhook. Without a provider in the address, choosing one; with one, the form that knows it; and what was made, with the
 * secrets that are shown once, and what to do next.
 */
import { Hono } from 'hono';
import { CUSTOM } from '../providers/custom';
import type { Provider } from '../providers/provider';
import { allProviders, providerFor } from '../providers/registry';
import { NEW_WEBHOOK, newWebhookPath } from './addresses';
import { askApi } from './ask-api';
import type { PageContext, PageEnv } from './context';
import { errorPage } from './error-page';
import { keyIn, madeUpSecret, NO_KEY, newKey } from './forms/conditions';
import { Form, type Refused } from './forms/form';
import { firstValues, inputOf, typedValues, type Values } from './forms/form-values';
import { canBeMade, newWebhookGroups, webhookInput } from './forms/webhook-form';
import { forWriters } from './guard';
import { Layout, showPage } from './layout';
import { listedProvider } from './listed-provider';
import { type MadeWebhook, WebhookMade } from './made';
import { ProviderGuide } from './provider-guide';

export const newWebhook = new Hono<PageEnv>();

const CRUMBS = [
  { name: 'Overview', href: '/' },
  { name: 'New webhook', href: NEW_WEBHOOK },
];

const titleOf = (provider: Provider | undefined): string => provider?.title ?? 'Custom';

const isKnown = (name: string): boolean => name === CUSTOM || providerFor(name) !== undefined;

newWebhook.get(NEW_WEBHOOK, forWriters, c => {
  if (c.var.visitor.principal.webhookId !== null) {
    return errorPage(c, c.var.visitor, { status: 403, title: 'Not done', detail: ONE_WEBHOOK });
  }
  const name = c.req.query('provider');
  if (name === undefined) return showChoice(c);
  if (!isKnown(name)) return noProvider(c);
  const fields = newWebhookGroups({ provider: providerFor(name) }).flatMap(group => group.fields);
  return showForm(c, name, { values: firstValues(fields), refused: null, key: newKey() });
});

newWebhook.post(NEW_WEBHOOK, async c => {
  const { form } = c.var;
  const name = form.get('provider') ?? '';
  if (!isKnown(name)) return noProvider(c);
  const provider = providerFor(name);
  const fields = newWebhookGroups({ provider }).flatMap(group => group.fields);
  const values = typedValues(form, fields);
  const { input, errors } = inputOf(values, fields);
  const key = keyIn(form);
  if (key === null) {
    return showForm(c, name, { values, key: newKey(), refused: { said: NO_KEY, errors: [] } });
  }
  const shown = { values, key };
  if (errors.length > 0) return showForm(c, name, { ...shown, refused: { said: '', errors } });
  const isMade = input.secret_key === undefined && provider !== undefined && canBeMade(provider);
  const secret = isMade ? await madeUpSecret(c.env, c.var.visitor.principal.id, key) : null;
  const request = webhookInput(secret === null ? input : { ...input, secret_key: secret }, name);
  const made = await askApi<MadeWebhook>(c, 'POST', '/v1/webhooks', request, { 'Idempotency-Key': key });
  if (made.ok) {
    const listed = await listedProvider(c, name);
    return showPage(
      c,
      <Layout title="Webhook made" visitor={c.var.visitor} crumbs={CRUMBS.slice(0, 1)}>
        <WebhookMade
          webhook={made.value}
          secret={secret}
          visitor={c.var.visitor}
          provider={provider}
          listed={listed}
        />
      </Layout>,
      201,
    );
  }
  const isSentAgain = made.error.type.endsWith(':idempotency-key-reused');
  const said = isSentAgain
    ? 'This form has made a webhook already: it is in the overview. Begin again for another one.'
    : `${made.error.title}. ${made.error.detail}`;
  return showForm(c, name, { ...shown, refused: { said, errors: made.error.errors } }, made.error.status);
});

const ONE_WEBHOOK = 'This token is for one webhook: it makes no other.';

const noProvider = (c: PageContext): Promise<Response> =>
  errorPage(c, c.var.visitor, {
    status: 404,
    title: 'Not found',
    detail: 'No provider here has this name. Choose one from the list at /webhooks.',
  });

/** `key`: makes sending the form twice one webhook. */
type Shown = { values: Values; refused: Refused | null; key: string };

async function showForm(c: PageContext, name: string, { values, refused, key }: Shown, status = 422) {
  const provider = providerFor(name);
  const listed = await listedProvider(c, name);
  const title = `New webhook: ${titleOf(provider)}`;
  return showPage(
    c,
    <Layout
      title={title}
      visitor={c.var.visitor}
      crumbs={[...CRUMBS, { name: titleOf(provider), href: newWebhookPath(name) }]}
    >
      <h1>{title}</h1>
      <div class="columns">
        <Form
          visitor={c.var.visitor}
          to={NEW_WEBHOOK}
          send="Make the webhook"
          groups={newWebhookGroups({ provider })}
          values={values}
          refused={refused}
          hidden={{ provider: name, key }}
          back={NEW_WEBHOOK}
        />
        <ProviderGuide provider={provider} listed={listed} />
      </div>
    </Layout>,
    refused === null ? 200 : status,
  );
}

function showChoice(c: PageContext): Promise<Response> {
  const all = allProviders();
  const numbered = all.filter(provider => provider.numbered);
  const others = all.filter(provider => !provider.numbered);
  return showPage(
    c,
    <Layout title="New webhook" visitor={c.var.visitor} crumbs={CRUMBS}>
      <h1>Who sends the events?</h1>
      <h2>Numbers its events, so what is missing is known</h2>
      <Choices of={numbered} />
      <h2>Sends events without numbers</h2>
      <Choices of={others.toSorted((a, b) => a.title.localeCompare(b.title, 'en'))} />
      <h2>Somebody else</h2>
      <Choices of={[{ name: CUSTOM, title: 'Custom: how it signs is told as data' }]} />
    </Layout>,
  );
}

const Choices = ({ of }: { of: readonly Pick<Provider, 'name' | 'title'>[] }) => (
  <ul class="choices">
    {of.map(({ name, title }) => (
      <li>
        <a href={newWebhookPath(name)}>{title}</a>
      </li>
    ))}
  </ul>
);
