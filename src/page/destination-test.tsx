/** `POST …/destinations/{destination_id}/test`: a sample to one destination, and what it answered. Nothing of it is stored, so the answer is the page. */
import { Hono } from 'hono';
import { apiPath, destinationPath, webhookPath } from './addresses';
import type { Webhook } from './answers';
import { askApi } from './ask-api';
import type { PageEnv } from './context';
import { failed } from './error-page';
import { Layout, showPage } from './layout';
import { nameOfDestination } from './names';
import { Action } from './parts/action';
import { ForeignText, seenStart } from './parts/foreign-text';
import { State } from './parts/state';
import { spanText } from './parts/time';
import { crumbsOf } from './webhook';

export const destinationTest = new Hono<PageEnv>();

const MAX_CHARACTERS = 4096;

/** What the API answers (`src/api/rest/destination-tests.ts`). */
type Tested = {
  topic: string;
  outcome: string;
  http_status: number | null;
  duration_ms: number;
  error: string | null;
  connection_error?: string | null;
  answer?: { headers: Record<string, string>; text: string; truncated: boolean } | null;
  sent_headers?: Record<string, string> | null;
};

destinationTest.post('/webhooks/:id/destinations/:destination/test', async c => {
  const { id, destination } = c.req.param();
  const webhook = await askApi<Webhook>(c, 'GET', apiPath(webhookPath(id)));
  if (!webhook.ok) return failed(c, webhook.error);
  const path = destinationPath(id, destination);
  const tested = await askApi<Tested>(c, 'POST', `${apiPath(path)}/test`);
  if (!tested.ok) return failed(c, tested.error);
  const { visitor } = c.var;
  const name = nameOfDestination(webhook.value, destination);
  return showPage(
    c,
    <Layout
      title={`Test of ${name}`}
      visitor={visitor}
      crumbs={[...crumbsOf(webhook.value), { name: `Test of ${name}`, href: webhookPath(id) }]}
    >
      <h1>
        Test of <ForeignText max={200}>{name}</ForeignText>
      </h1>
      <Outcome tested={tested.value} />
      <div class="row">
        <Action visitor={visitor} to={`${path}/test`} name="Test it again" />
        <a href={path}>Edit the destination</a>
        <a href={webhookPath(id)}>To the webhook</a>
      </div>
    </Layout>,
  );
});

function Outcome({ tested }: { tested: Tested }) {
  const {
    topic,
    outcome,
    http_status: status,
    duration_ms: ms,
    error,
    connection_error,
    answer,
    sent_headers,
  } = tested;
  const said = status === null ? (connection_error ?? error ?? 'no answer') : `it answered ${status}`;
  const isTaken = outcome === 'delivered';
  return (
    <>
      <div class={`notice ${isTaken ? 'good' : 'bad'}`} role="status">
        <p>
          <State kind={isTaken ? 'good' : 'bad'}>{isTaken ? 'taken' : 'not taken'}</State>
          {': '}
          {said.replaceAll('_', ' ')}, after {ms < 1000 ? `${ms} ms` : spanText(ms)}
        </p>
      </div>
      <p class="soft">
        A sample of <ForeignText max={120}>{topic}</ForeignText>, sent as a delivery would be. It is no event:
        nothing of it is stored, and it is not tried again.
      </p>
      <h2>What it answered</h2>
      {answer == null ? <p class="empty">Nothing.</p> : <pre>{asText(answer.headers, answer.text)}</pre>}
      {sent_headers == null ? null : (
        <details>
          <summary>What it was sent</summary>
          <pre>{asText(sent_headers, '')}</pre>
        </details>
      )}
    </>
  );
}

function asText(headers: Record<string, string>, body: string): string {
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const text = [...head, ...(body === '' ? [] : ['', body])].join('\n');
  return seenStart(text, MAX_CHARACTERS).text;
}
