/** What an event brought: its body, pretty and as it came, and its headers. All of it is somebody else's text, and of any length. */

import { cut, prettyJson, type Shown } from '../json/pretty';
import { bodyPath } from './addresses';
import type { EventDetail } from './answers';
import { curlCommand } from './curl';
import { ForeignText, seen } from './parts/foreign-text';
import { numberText } from './parts/state';

/** Characters of a body that a page shows: with all else it stays below 50 KiB. */
const MAX_PRETTY = 12_000;
const MAX_RAW = 4000;
const MAX_HEADERS = 60;
const MAX_HEADER_CHARACTERS = 300;

type Props = { webhookId: number; event: EventDetail; ingestUrl: string; origin: string };

export function Payload({ webhookId, event, ingestUrl, origin }: Props) {
  const whole = bodyPath(webhookId, event.sequence);
  const text = 'body' in event ? event.body : null;
  const pretty = text === null ? null : prettyJson(text, MAX_PRETTY);
  return (
    <>
      <div class="between">
        <h2 id="body">Body</h2>
        {event.redacted ? null : <a href={whole}>The whole body, {numberText(event.body_bytes)} bytes</a>}
      </div>
      {event.redacted ? <p class="empty">It was erased.</p> : null}
      {pretty === null ? null : <Part id="pretty" of={pretty} whole={whole} />}
      {text === null || event.redacted ? null : pretty === null ? (
        <Part id="raw" of={cut(text, MAX_PRETTY)} whole={whole} />
      ) : (
        <details>
          <summary>As it came</summary>
          <Part id="raw" of={cut(text, MAX_RAW)} whole={whole} />
        </details>
      )}
      {'body_base64' in event ? (
        <>
          <p class="soft">It is not text. In base64:</p>
          <Part id="raw" of={cut(event.body_base64, MAX_RAW)} whole={whole} />
        </>
      ) : null}
      <Headers headers={event.headers} />
      {event.query === '' ? null : (
        <p>
          Query: <code>{seen(event.query.slice(0, MAX_HEADER_CHARACTERS))}</code>
        </p>
      )}
      {event.redacted ? null : (
        <details>
          <summary>As curl</summary>
          <pre id="curl">
            {seen(
              curlCommand(
                { headers: event.headers, query: event.query, body: text },
                ingestUrl,
                origin + whole,
              ),
            )}
          </pre>
          <p>
            <button type="button" hidden data-copy="curl">
              Copy
            </button>
          </p>
        </details>
      )}
    </>
  );
}

function Part({ id, of: { text, isCut }, whole }: { id: string; of: Shown; whole: string }) {
  return (
    <>
      <pre id={id} tabindex={0}>
        {seen(text)}
      </pre>
      {isCut ? (
        <p class="soft">
          The first {numberText(text.length)} characters. <a href={whole}>The whole body</a>
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
