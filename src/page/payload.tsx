/** What an event brought: its body, pretty and as it came, and its headers. All of it is somebody else's text, and of any length. */

import { cut, prettyJson, type Shown } from '../json/pretty';
import { bodyPath } from './addresses';
import type { EventDetail } from './answers';
import { curlCommand } from './curl';
import { ForeignText, seenStart } from './parts/foreign-text';
import { numberText } from './parts/state';

/** Bytes of a body that a page shows, as they are on the way (`seenStart`): with all else it stays below 50 KiB. */
const MAX_PRETTY = 12_000;
const MAX_RAW = 4000;
const MAX_HEADERS = 60;
const MAX_HEADER_CHARACTERS = 300;
/** A command cannot be cut. */
const MAX_CURL = 10_000;

type Props = { webhookId: number; event: EventDetail; ingestUrl: string; origin: string };

export function Payload({ webhookId, event, ingestUrl, origin }: Props) {
  const whole = bodyPath(webhookId, event.sequence);
  const text = 'body' in event ? event.body : null;
  const pretty = text === null ? null : prettyJson(text, MAX_PRETTY);
  const request = { headers: event.headers, query: event.query, body: text };
  return (
    <>
      <div class="between">
        <h2 id="body">Body</h2>
        {event.redacted ? null : <a href={whole}>The whole body, {numberText(event.body_bytes)} bytes</a>}
      </div>
      {event.redacted ? <p class="empty">It was erased.</p> : null}
      {pretty === null ? null : <Part id="pretty" of={pretty} max={MAX_PRETTY} whole={whole} />}
      {text === null || event.redacted ? null : pretty === null ? (
        <Part id="raw" of={cut(text, MAX_PRETTY)} max={MAX_PRETTY} whole={whole} />
      ) : (
        <details>
          <summary>As it came</summary>
          <Part id="raw" of={cut(text, MAX_RAW)} max={MAX_RAW} whole={whole} />
        </details>
      )}
      {'body_base64' in event ? (
        <>
          <p class="soft">It is not text. In base64:</p>
          <Part id="raw" of={cut(event.body_base64, MAX_RAW)} max={MAX_RAW} whole={whole} />
        </>
      ) : null}
      <Headers headers={event.headers} />
      {event.query === '' ? null : (
        <p>
          Query: <code>{seenStart(event.query, MAX_HEADER_CHARACTERS).text}</code>
        </p>
      )}
      {event.redacted ? null : (
        <details>
          <summary>As curl</summary>
          <Command of={seenStart(curlCommand(request, ingestUrl, origin + whole), MAX_CURL)} />
        </details>
      )}
    </>
  );
}

function Command({ of: { text, isCut } }: { of: Shown }) {
  if (isCut) return <p class="soft">It is too long to be shown. The API has all that came.</p>;
  return (
    <>
      <pre id="curl">{text}</pre>
      <p>
        <button type="button" hidden data-copy="curl">
          Copy
        </button>
      </p>
    </>
  );
}

type PartProps = { id: string; of: Shown; max: number; whole: string };

function Part({ id, of, max, whole }: PartProps) {
  const { text, isCut } = seenStart(of.text, max);
  return (
    <>
      <pre id={id} tabindex={0}>
        {text}
      </pre>
      {isCut || of.isCut ? (
        <p class="soft">
          The beginning of it. <a href={whole}>The whole body</a>
        </p>
      ) : null}
    </>
  );
}

function Headers({ headers }: { headers: Readonly<Record<string, string>> }) {
  const all = Object.entries(headers);
  return (
    <>
      <h2 id="headers">Headers</h2>
      <dl class="pairs mono">
        {all.slice(0, MAX_HEADERS).map(([name, value]) => (
          <>
            <dt>
              <ForeignText max={80}>{name}</ForeignText>
            </dt>
            <dd>
              <ForeignText max={MAX_HEADER_CHARACTERS}>{value}</ForeignText>
            </dd>
          </>
        ))}
      </dl>
      {all.length > MAX_HEADERS ? (
        <p class="soft">{all.length - MAX_HEADERS} more; the API gives them all.</p>
      ) : null}
    </>
  );
}
