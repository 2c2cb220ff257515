/** `gapless api`: any operation of the API, for those that have no command of their own. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import { isFolded } from '../gateway/address';
import { read, stopFor } from '../gateway/gateway';
import { changed } from '../given/changed';
import { contentOf } from '../given/document';
import { changeOf } from '../given/pairs';
import { several } from '../values';
import { parseHeader } from '../verify/raw-request';

type Options = { data?: string; set?: string[]; header?: string[] };

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export function addApi(program: Command): void {
  gatewayCommand(program, 'api <method> <path>', 'Any operation of the API: /docs at the gateway has them', [
    ['gapless api GET /v1/webhooks/shop/redactions', 'what was erased'],
    ['gapless api POST /v1/webhooks/shop/capture', 'refused requests are kept whole for ten minutes'],
    ['gapless api PATCH /v1/webhooks/shop --set /retention_days=30', 'with a body of fields'],
    ['gapless api PUT /v1/config --data gateway.json', 'with a body from a file; - is stdin'],
    ['gapless api GET /metrics', 'what is no JSON is written as it is'],
  ])
    .option('--data <file>', 'the body, byte for byte')
    .option(
      '--set <pointer=value>',
      'a field of the body, JSON or text: /note=done; may be repeated',
      several,
    )
    .option('--header <line>', 'a header, "if-match: ..."; may be repeated', several)
    .action((method: string, path: string, options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        if (!METHODS.includes(method.toUpperCase()))
          throw new Stop(EXIT.usage, `The method is one of ${METHODS.join(', ')}, not ${method}.`);
        if (!/^\/(?!\/)/.test(path))
          throw new Stop(EXIT.usage, `The path begins with one slash, unlike ${path}.`);
        if (isFolded(path))
          throw new Stop(EXIT.usage, `A part of the path is . or ..: it would be another path than ${path}.`);
        const asked = await gateway();
        const body = await bodyOf(options);
        const response = await asked.request(method, path, {
          ...(body === undefined ? {} : { body }),
          headers: headersOf(options.header ?? []),
        });
        const isJson = response.headers.get('content-type')?.includes('json') === true;
        if (response.ok && !isJson && response.status !== 204) {
          output.bytes(new Uint8Array(await response.arrayBuffer()));
          return EXIT.done;
        }
        const answer = await read<unknown>(response);
        if (!answer.ok) throw stopFor(answer.error, asked.url);
        output.answer(answer.value, () =>
          answer.value === null ? 'Done.' : JSON.stringify(answer.value, null, 2),
        );
        return EXIT.done;
      }),
    );
}

async function bodyOf({ data, set = [] }: Options): Promise<Uint8Array | undefined> {
  if (data !== undefined && set.length > 0) throw new Stop(EXIT.usage, 'Either --data or --set, not both.');
  if (data !== undefined) return new Uint8Array(await contentOf(data));
  if (set.length === 0) return undefined;
  const body = changed({}, set.map(changeOf));
  if (!body.ok) throw new Stop(EXIT.usage, body.error);
  return new TextEncoder().encode(JSON.stringify(body.value));
}

function headersOf(lines: readonly string[]): Headers {
  const headers = new Headers();
  for (const line of lines) {
    const header = parseHeader(line);
    if (!header.ok) throw new Stop(EXIT.usage, header.error);
    headers.set(...header.value);
  }
  return headers;
}
