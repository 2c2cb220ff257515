/** `gapless destinations test`: what a destination answers to a sample or a body of one's own, which is in no log. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import type { Schemas } from '../gateway/api';
import { contentOf } from '../given/document';
import { printableLines } from '../output/printable';
import { fields, type Paint } from '../output/table';
import { several } from '../values';
import { parseHeader } from '../verify/raw-request';

type Options = { topic?: string; body?: string; header?: string[] };

export function addDestinationTest(group: Command): void {
  gatewayCommand(group, 'test <webhook> <destination>', 'Send a test there, and see what it answers', [
    ['gapless destinations test shop erp', 'a sample of the provider'],
    ['gapless destinations test shop erp --topic order:created', 'of this topic'],
    [
      'gapless destinations test shop erp --body order.json --topic order:created',
      'your own body; - is stdin',
    ],
  ])
    .option('--topic <topic>', 'the topic of the sample, or of the body')
    .option('--body <file>', 'a body of your own, byte for byte')
    .option(
      '--header <line>',
      'a header that the provider would send, "name: value"; may be repeated',
      several,
    )
    .action((webhook: string, destination: string, options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const path = { webhook_id: webhook, destination_id: destination };
        const answer = await asked.call(
          'post',
          '/v1/webhooks/{webhook_id}/destinations/{destination_id}/test',
          { path, body: await bodyOf(options) },
        );
        output.answer(answer, paint => page(answer, paint));
        return answer.outcome === 'delivered' ? EXIT.done : EXIT.failed;
      }),
    );
}

async function bodyOf({ topic, body, header = [] }: Options): Promise<Schemas['DestinationTest']> {
  const headers = header.map(line => {
    const read = parseHeader(line);
    if (!read.ok) throw new Stop(EXIT.usage, read.error);
    return read.value;
  });
  return {
    ...(topic === undefined ? {} : { topic }),
    ...(body === undefined ? {} : { body_base64: (await contentOf(body)).toString('base64') }),
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(headers) }),
  };
}

function page({ outcome, error, answer, ...said }: Schemas['TestedDestination'], paint: Paint): string {
  const about = fields(
    [
      ['outcome', { text: outcome, colour: outcome === 'delivered' ? 'green' : 'red' }],
      ['status', said.http_status],
      ['took', `${said.duration_ms} ms`],
      ['error', error],
      ['topic', said.topic || null],
    ],
    paint,
  );
  const headers = answer === null ? '' : fields(Object.entries(answer.headers), paint);
  return [about, headers, printableLines(answer?.text ?? '')].filter(part => part !== '').join('\n\n');
}
