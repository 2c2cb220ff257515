/** `gapless event`: one event with everything that is known of it, or its body alone. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';
import { statusCell } from '../output/event-rows';
import { printableLines } from '../output/printable';
import { type Cell, fields, type Paint, table } from '../output/table';
import { relativeTime, shortTime } from '../output/times';
import { wholeNumber } from '../values';

type Detail = Schemas['EventDetail'];
type Names = ReadonlyMap<string, string>;

export function addEvent(program: Command): void {
  gatewayCommand(program, 'event <webhook>', 'One event: deliveries, attempts, headers, body', [
    ['gapless event shop 1204', 'by its sequence'],
    ['gapless event shop 1204 --body > order.json', 'the body alone, byte for byte'],
  ])
    .argument('<sequence>', 'its number in the log', wholeNumber(1))
    .option('--body', 'only the body, byte for byte as it came')
    .action((webhook: string, sequence: number, options: { body?: boolean }, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const event = await asked.call('get', '/v1/webhooks/{webhook_id}/events/{sequence}', {
          path: { webhook_id: webhook, sequence },
        });
        if (options.body !== true) {
          const names = output.isJson ? new Map() : await namesOf(asked, webhook);
          output.answer(event, paint => page(event, names, paint));
        } else if (event.redacted) throw new Stop(EXIT.failed, 'The body was erased.');
        else output.bytes(bodyOf(event));
        return EXIT.done;
      }),
    );
}

const bodyOf = ({ body, body_base64 }: Detail): Uint8Array =>
  typeof body === 'string' ? Buffer.from(body) : Buffer.from(body_base64 ?? '', 'base64');

/** What people call the destinations, by id. */
async function namesOf(gateway: Gateway, webhook: string): Promise<Names> {
  const { destinations } = await gateway.call('get', '/v1/webhooks/{webhook_id}/destinations', {
    path: { webhook_id: webhook },
  });
  return new Map(destinations.map(({ destination_id, name, url }) => [destination_id, name ?? url]));
}

function page(event: Detail, names: Names, paint: Paint): string {
  const parts = [
    about(event, paint),
    issues(event, paint),
    deliveries(event, names, paint),
    attempts(event, names, paint),
    headers(event, paint),
    bodyText(event),
  ];
  return parts.filter(part => part !== '').join('\n\n');
}

const about = (event: Detail, paint: Paint): string =>
  fields(
    [
      ['sequence', event.sequence],
      ['received (UTC)', `${shortTime(event.received_at)}, ${relativeTime(event.received_at, Date.now())}`],
      ['topic', event.topics.join(', ') || event.topic],
      ['status', statusCell(event.status)],
      ['delivery', event.delivery === null ? null : statusCell(event.delivery)],
      ['reason', event.reason],
      ['increment id', event.increment_id],
      ['event id', event.event_id],
      ['about', event.entity_keys.join(', ') || null],
      ['late', event.late ? 'yes: later events went before it' : null],
      ['repeats', event.repeats === null ? null : `the signed bytes of ${event.repeats}`],
      ['body signed', event.body_signed ? 'yes' : { text: 'no', colour: 'yellow' }],
      ['query', event.query || null],
    ],
    paint,
  );

const issues = ({ verdict }: Detail, paint: Paint): string =>
  verdict.issues.length === 0
    ? ''
    : table(
        ['issue', ''],
        verdict.issues.map(({ path, message }) => [path, message]),
        paint,
      );

const deliveries = ({ deliveries: list }: Detail, names: Names, paint: Paint): string =>
  list.length === 0
    ? 'No destination takes it.'
    : table(
        ['destination', 'delivery', 'attempts', 'next', 'last error'],
        list.map(delivery => [
          names.get(delivery.destination_id) ?? delivery.destination_id,
          ...[statusCell(delivery.delivery), delivery.attempts],
          delivery.next_attempt_at === null ? null : relativeTime(delivery.next_attempt_at, Date.now()),
          delivery.last_error,
        ]),
        paint,
      );

const attempts = ({ attempts: list }: Detail, names: Names, paint: Paint): string =>
  list.length === 0
    ? ''
    : table(
        ['attempt (UTC)', 'destination', '#', 'outcome', 'http status', 'ms', 'what the receiver said'],
        list.map(attempt => [
          ...[shortTime(attempt.at), names.get(attempt.destination_id) ?? attempt.destination_id],
          ...[attempt.attempt, statusCell(attempt.outcome)],
          ...[attempt.http_status, attempt.duration_ms, saidBy(attempt)],
        ]),
        paint,
      );

function saidBy({ answer, error, connection_error }: Detail['attempts'][number]): Cell {
  const said = answer?.text.trim().slice(0, 200) ?? '';
  return said || error || connection_error;
}

const headers = ({ headers: given }: Detail, paint: Paint): string =>
  Object.keys(given).length === 0 ? '' : fields(Object.entries(given), paint);

function bodyText({ body, body_base64, body_bytes, redacted }: Detail): string {
  if (redacted) return 'The body was erased.';
  if (typeof body === 'string') return printableLines(body);
  return body_base64 === undefined ? '' : `${body_bytes} bytes that are no UTF-8: --body writes them.`;
}
