/** What was just made: the secrets that are shown this once, and what to do next. */
import type { createdView } from '../api/rest/webhooks';
import type { Provider } from '../providers/provider';
import { destinationPath, destinationsPath, samplePath, webhookPath } from './addresses';
import type { Destination, ListedProvider, Webhook } from './answers';
import type { Visitor } from './context';
import { placeOf } from './forms/form-values';
import { destinationName, webhookName } from './names';
import { Action } from './parts/action';
import { ForeignText } from './parts/foreign-text';
import { sentence } from './parts/sentence';
import { ToCopy } from './parts/to-copy';

type Warnings = { warnings: readonly { path: string; message: string }[] };

export type MadeWebhook = ReturnType<typeof createdView> & Warnings;
export type MadeDestination = Destination & { secret_key?: string | undefined } & Warnings;

type Props = {
  webhook: MadeWebhook;
  /** The secret that was made up for it; null where it was given. */
  secret: string | null;
  visitor: Visitor;
  provider: Provider | undefined;
  listed: ListedProvider | undefined;
};

export function WebhookMade({ webhook, secret, visitor, provider, listed }: Props) {
  const id = webhook.webhook_id;
  const title = provider?.title ?? 'the sender';
  return (
    <>
      <h1>
        <ForeignText>{webhookName(webhook)}</ForeignText> is made
      </h1>
      <Warned {...webhook} />
      <ol class="steps panel">
        <li>
          <h2>Give {title} this address</h2>
          {listed === undefined ? null : <p>{sentence(listed.ingest_url_at)}</p>}
          <ToCopy name="ingest_url" label="Ingest address" value={webhook.ingest_url} />
          {secret === null ? null : (
            <>
              <p>And this secret, which is shown until you leave this page, and never again:</p>
              <ToCopy name="secret" label="Secret" value={secret} />
            </>
          )}
          {listed === undefined ? null : (
            <p>
              <a href={listed.docs_url} rel="noreferrer noopener">
                Documentation of {listed.title}
              </a>
            </p>
          )}
        </li>
        <li>
          <h2>Send a signed sample</h2>
          <p>
            As {title} would send it: signed with the webhook’s secret, by the whole path, stored and
            forwarded like any event.
          </p>
          <Action visitor={visitor} to={samplePath(id)} name="Send a signed sample" />
        </li>
        <li>
          <h2>Where its events go</h2>
          {webhook.destinations.length === 0 ? (
            <p>Nowhere yet: they are kept, and wait to be pulled.</p>
          ) : (
            webhook.destinations.map(destination => (
              <SecretOf destination={destination} name={destinationName(destination, webhook.destinations)} />
            ))
          )}
          <p>
            <a class="button" href={destinationsPath(id)}>
              Add a destination
            </a>
          </p>
        </li>
      </ol>
      <p>
        <a href={webhookPath(id)}>To the webhook</a>
      </p>
    </>
  );
}

type OfDestination = { destination: MadeDestination | MadeWebhook['destinations'][number]; name: string };

function SecretOf({ destination, name }: OfDestination) {
  return (
    <>
      <p>
        To <ForeignText>{name}</ForeignText>. Its deliveries are signed with this secret, which is shown until
        you leave this page, and never again:
      </p>
      <ToCopy
        name={`secret-${destination.destination_id}`}
        label="Secret of the destination"
        value={destination.secret_key ?? ''}
      />
    </>
  );
}

type MadeProps = { webhook: Webhook; destination: MadeDestination; visitor: Visitor };

export function DestinationMade({ webhook, destination, visitor }: MadeProps) {
  const webhookId = webhook.webhook_id;
  const name = destinationName(destination, webhook.destinations);
  return (
    <>
      <h1>
        <ForeignText>{name}</ForeignText> is added
      </h1>
      <Warned {...destination} />
      <div class="panel">
        <SecretOf destination={destination} name={name} />
      </div>
      <div class="row">
        <Action
          visitor={visitor}
          to={`${destinationPath(webhookId, destination.destination_id)}/test`}
          name="Test it"
        />
        <a href={webhookPath(webhookId)}>To the webhook</a>
      </div>
    </>
  );
}

/** Topics that match nothing, as they were typed. */
function Warned({ warnings }: Warnings) {
  if (warnings.length === 0) return null;
  return (
    <ul class="notice warn">
      {warnings.map(({ path, message }) => (
        <li>
          <ForeignText max={600}>{`${placeOf(path)} ${message}`}</ForeignText>
        </li>
      ))}
    </ul>
  );
}
