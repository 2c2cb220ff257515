/** What stands where there is no webhook yet: the way to the first event, in commands that work as they are. */
import { NEW_WEBHOOK } from './addresses';

export function FirstSteps({ origin, canWrite }: { origin: string; canWrite: boolean }) {
  if (!canWrite)
    return <p class="empty">There is no webhook yet. This token may only read, so it makes none.</p>;
  const create = `curl -s ${origin}/v1/webhooks -H @<(printf 'Authorization: Bearer %s' "$TOKEN") -d '{
  "name": "my first", "provider": "shipstream", "secret_key": "2RUJ8NXLnLRrAj3"
}'`;
  const sample = `curl -s -X POST ${origin}/v1/webhooks/WEBHOOK_ID/test -H @<(printf 'Authorization: Bearer %s' "$TOKEN")`;
  return (
    <div class="panel">
      <p>
        There is no webhook yet. <a href={NEW_WEBHOOK}>Make one with a form</a>, which knows what each
        provider needs and says what comes next; or in three steps on the command line.
      </p>
      <ol class="steps">
        <li>
          Make a webhook (in bash or zsh), with the token that you signed in with in <code>$TOKEN</code>. The
          provider and its secret are those of whoever sends; <a href="/docs">the reference</a> names every
          provider.
          <pre id="create">{create}</pre>
          <button type="button" hidden data-copy="create">
            Copy
          </button>
        </li>
        <li>
          Send a signed sample through the whole path. The answer to the first step has the id.
          <pre id="sample">{sample}</pre>
          <button type="button" hidden data-copy="sample">
            Copy
          </button>
        </li>
        <li>
          This page shows the webhook and its event, within half a minute or when you load it again. Then give
          the <code>ingest_url</code> of the first answer to your provider.
        </li>
      </ol>
    </div>
  );
}
