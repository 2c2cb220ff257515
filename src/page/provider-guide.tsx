/** What somebody has to do at a provider: where its secret is, where the ingest_url goes, what it counts as success. */
import type { Provider } from '../providers/provider';
import type { ListedProvider } from './answers';
import { Marked } from './parts/field';
import { spanText } from './parts/time';

/** The parts of a scheme, as `signature` has them. */
const PARTS = [
  ['alg', 'How it is made: `hmac-sha256`, `hmac-sha1`, `ed25519` …'],
  ['key', 'How the secret is written: `{"enc": "utf8"}` for text, `hex` or `base64` for bytes.'],
  ['enc', 'How the signature is written: `hex` or `base64`.'],
  ['sig', 'Where it stands: `{"h": "x-signature"}` is the header of that name.'],
  ['msg', 'What is signed: `{body}`, or `{h:x-timestamp}.{body}` with a header in front.'],
  ['type', 'Where the topic is: `json:/type` in the body, `h:x-topic` in a header.'],
  ['id', 'Where the id of the event is, likewise.'],
  ['seq', 'Where events are numbered: `{"from": "json:/number"}`. It makes gaps known.'],
] as const;

type Props = {
  /** Undefined: the webhook says itself how it is signed. */
  provider: Provider | undefined;
  listed: ListedProvider | undefined;
};

export function ProviderGuide({ provider, listed }: Props) {
  if (provider === undefined) {
    return (
      <aside class="panel" aria-label="About custom providers">
        <h2>A provider of your own</h2>
        <p>
          Any sender that signs its requests can be one: a scheme says in data what it signs, how, and where.
          The form has what most do: an HMAC over the body, in a header.
        </p>
        <dl class="guide">
          {PARTS.map(([name, what]) => (
            <>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <Marked>{what}</Marked>
              </dd>
            </>
          ))}
        </dl>
        <p>
          <a href="/docs">The reference</a> has every field.
        </p>
      </aside>
    );
  }
  const { title, numbered, retryHorizonSeconds, guide } = provider;
  return (
    <aside class="panel" aria-label={`At ${title}`}>
      <h2>At {title}</h2>
      <dl class="guide">
        <dt>What the secret is</dt>
        <dd>{guide.secret}</dd>
        {listed === undefined ? null : (
          <>
            <dt>Where it is found</dt>
            <dd>{listed.secret_at}</dd>
            <dt>Where the address of this webhook goes, once it is made</dt>
            <dd>{listed.ingest_url_at}</dd>
            <dt>What it counts as success</dt>
            <dd>{listed.success}</dd>
          </>
        )}
        <dt>How long it tries again</dt>
        <dd>{retryHorizonSeconds === null ? 'it does not say' : spanText(retryHorizonSeconds * 1000)}</dd>
        <dt>Whether what is missing can be known</dt>
        <dd>{numbered ? 'yes: it numbers its events' : 'no: it does not number its events'}</dd>
      </dl>
      {listed === undefined ? null : (
        <p>
          <a href={listed.docs_url} rel="noreferrer noopener">
            Documentation of {title}
          </a>
        </p>
      )}
    </aside>
  );
}
