/** Requests that were refused: how many by reason, what the likeliest mistakes are, and the latest of them. */
import { webhookPath } from './addresses';
import type { Rejection, Rejections } from './answers';
import type { Visitor } from './context';
import { Action } from './parts/action';
import { Marked } from './parts/field';
import { ForeignText, seenStart } from './parts/foreign-text';
import { Nothing, numberText } from './parts/state';
import { type Column, Table } from './parts/table';
import { Ago, Clock } from './parts/time';

const SHOWN = 10;
const SHOWN_NAMES = 12;

/** By the reason that the API names. */
const LIKELIEST: Readonly<Record<string, string>> = {
  missing: 'They have no signature: signing is not turned on at the provider, or somebody else sends them.',
  malformed:
    'Their signature is not of the form that this provider’s have: the provider may be another one than was chosen.',
  mismatch:
    'They are signed with another secret: compare the one here with the provider’s, or something on the way changes the body.',
  stale: 'Their time is too long ago: an old request was sent again, or the sender’s clock is wrong.',
  digest: 'Their body is not the one that was signed: something on the way changes it.',
  content_encoding: 'Their body is packed in a way that is not read here.',
  revoked: 'They are signed with a secret that was replaced: enter the new one at the provider.',
  too_large: 'Their body is larger than what is taken.',
  invalid_payload: 'They are signed well, and their content is not what this provider sends.',
  inactive: 'The webhook is turned off: make it active.',
};

type Props = { webhookId: number; rejections: Rejections; visitor: Visitor; now: number };

export function Refusals({ webhookId, rejections: all, visitor, now }: Props) {
  const { counts, rejections, capture_until } = all;
  const reasons = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  const isExplained = rejections.some(({ explanation }) => explanation !== null);
  return (
    <>
      {reasons.length === 0 ? (
        <p class="empty">No request was refused.</p>
      ) : (
        <Table caption="Refused requests by reason" columns={reasonsOf(rejections)} rows={reasons} />
      )}
      {capture_until === null ? null : (
        <p class="notice good" id="capture">
          Refused requests are kept whole until <Clock at={capture_until} />, and shown here by themselves.
          Have the provider send one again.
        </p>
      )}
      {isExplained || !visitor.canWrite || capture_until !== null ? null : (
        <div class="row after">
          <Action visitor={visitor} to={`${webhookPath(webhookId)}/capture`} name="Find the mistake" />
          <span class="soft">
            keeps refused requests whole for ten minutes, shows them here, and tries the usual mistakes until
            one fits
          </span>
        </div>
      )}
      {rejections.length === 0 ? null : (
        <details>
          <summary>The latest {Math.min(SHOWN, rejections.length)}</summary>
          <Table
            caption="The latest refused requests"
            columns={latest(now)}
            rows={rejections.slice(0, SHOWN)}
          />
        </details>
      )}
    </>
  );
}

const reasonsOf = (rejections: readonly Rejection[]): readonly Column<[string, number]>[] => [
  {
    name: 'Reason',
    cell: ([reason]) => (
      <span class="name whole">
        <ForeignText>{reason.replaceAll('_', ' ')}</ForeignText>
      </span>
    ),
  },
  { name: 'Requests', isNumber: true, cell: ([, count]) => numberText(count) },
  { name: 'Likeliest mistake', cell: ([reason]) => <Mistakes reason={reason} rejections={rejections} /> },
];

type Explanation = NonNullable<Rejection['explanation']>;

/** What was found out about requests of this reason, each mistake once, the most frequent first; what it mostly is where nothing was. */
function Mistakes({ reason, rejections }: { reason: string; rejections: readonly Rejection[] }) {
  const found = new Map<string, { explanation: Explanation; requests: number }>();
  for (const { explanation } of rejections.filter(rejection => rejection.reason === reason)) {
    if (explanation === null) continue;
    const { requests = 0 } = found.get(explanation.what) ?? {};
    found.set(explanation.what, { explanation, requests: requests + 1 });
  }
  if (found.size === 0) return <>{LIKELIEST[reason] ?? '–'}</>;
  const mistakes = [...found.values()].toSorted((a, b) => b.requests - a.requests);
  return (
    <ul class="mistakes">
      {mistakes.map(({ explanation: { what, mend, certainty }, requests }) => (
        <li>
          <b>
            <Marked>{what}</Marked>
          </b>{' '}
          <Marked>{mend}</Marked>{' '}
          <span class="soft">
            ({certainty === 'shown' ? 'shown' : 'likely'}, {numberText(requests)} of the latest)
          </span>
        </li>
      ))}
    </ul>
  );
}

const latest = (now: number): readonly Column<Rejection>[] => [
  { name: 'When', cell: ({ at }) => <Ago at={at} now={now} /> },
  {
    name: 'Reason',
    cell: ({ reason }) => (
      <span class="whole">
        <ForeignText>{reason.replaceAll('_', ' ')}</ForeignText>
      </span>
    ),
  },
  {
    name: 'Why',
    cell: ({ explanation }) =>
      explanation === null ? <Nothing /> : <Marked>{`${explanation.what} ${explanation.mend}`}</Marked>,
  },
  { name: 'Bytes', isNumber: true, cell: ({ body_bytes }) => numberText(body_bytes) },
  {
    name: 'What came',
    cell: ({ header_names, request }) => (
      <>
        <span class="mono">
          <ForeignText max={400}>{header_names.slice(0, SHOWN_NAMES).join(', ')}</ForeignText>
        </span>
        {request === null ? null : (
          <details>
            <summary>As it came</summary>
            <pre>{requestText(request)}</pre>
          </details>
        )}
      </>
    ),
  },
];

/** Characters of a request that are shown. */
const MAX_SHOWN = 2000;

function requestText(request: NonNullable<Rejection['request']>): string {
  const head = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  const body = 'body_base64' in request ? request.body_base64 : request.body;
  const { text, isCut } = seenStart([...head, '', body].join('\n'), MAX_SHOWN);
  return isCut ? `${text}…` : text;
}
