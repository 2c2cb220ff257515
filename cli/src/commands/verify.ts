/** `gapless verify`: why a signature does or does not fit. Asks no gateway, and sends nothing anywhere. */
import type { Command } from 'commander';
import { allProviders } from '../../../src/providers/registry';
import { expectedOf } from '../../../src/signature/explain/expected';
import { type Explanation, explain } from '../../../src/signature/explain/explain';
import { plainCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import { fields, type Paint } from '../output/table';
import { namedProvider, providerInFile } from '../providers';
import { several, timeValue } from '../values';
import { givenRequest, type RequestOptions } from '../verify/given';
import { type ShownBytes, shownBytes } from '../verify/shown-bytes';

type Options = Omit<RequestOptions, 'requestUrl'> & {
  provider?: string;
  scheme?: string;
  secret?: string[];
  url?: string;
  at?: string;
  show?: boolean;
};

type Shown = {
  received: string[];
  problem: string | null;
  expected: { template: string; signed: ShownBytes; signature: string | null }[];
};

export function addVerify(program: Command): void {
  plainCommand(program, 'verify', 'Why a signature does or does not fit', [
    [
      'gapless verify --provider stripe < request.txt',
      'request line, headers, empty line, body; the secret in GAPLESS_SECRET',
    ],
    [
      "gapless verify --provider github --body body.json --header 'x-hub-signature-256: sha256=1f...'",
      'out of parts',
    ],
    [
      'gapless verify --provider stripe --at 2026-11-20T12:00:00Z --show < request.txt',
      'as it was judged then, with the bytes',
    ],
  ])
    .option('--provider <name>', 'how it is signed: stripe, shopify, github ...')
    .option('--scheme <file>', 'or by a scheme of your own, as a webhook has it under "signature"')
    .option(
      '--secret <secret>',
      'the secret, or several; rather set GAPLESS_SECRET, as others see arguments',
      several,
    )
    .option('--body <file>', 'the body, where no request comes on stdin')
    .option('--header <line>', 'a header, "name: value"; may be repeated', several)
    .option('--url <url>', 'the address that the provider was given')
    .option('--method <method>', 'POST unless said')
    .option('--setting <name=value>', "of the webhook's settings; may be repeated", several)
    .option('--at <time>', 'when it arrived, where that is not now', timeValue)
    .option('--show', 'the bytes that are signed, what signature they give, and which came')
    .action((options: Options, command: Command) =>
      run(command, async ({ output, env }) => {
        const provider = await chosenProvider(options);
        const texts = options.secret ?? (env.GAPLESS_SECRET ? [env.GAPLESS_SECRET] : []);
        if (texts.length === 0) throw new Stop(EXIT.usage, 'No secret is given: set GAPLESS_SECRET.');
        const { url, ...others } = options;
        const { request, doubts } = await givenRequest(
          url === undefined ? others : { ...others, requestUrl: url },
        );
        if (provider.certificate !== null)
          doubts.push(certificateText(provider.title, provider.certificate.setting));
        const secrets = texts.map((text, at) => ({ id: String(at), text }));
        const nowMs = options.at === undefined ? Date.now() : Date.parse(options.at);
        const explanation = await explain({
          provider,
          secrets,
          request,
          nowMs,
          others: allProviders(),
          addresses: [],
        });
        const [secret] = secrets;
        const shown: Shown | null =
          options.show === true && secret
            ? shownOf(await expectedOf(provider.scheme, secret, request))
            : null;
        output.answer({ ...explanation, doubts, ...(shown === null ? {} : shown) }, paint =>
          [
            verdict(provider.title, explanation, paint),
            doubts.join('\n'),
            shown === null ? '' : shownText(shown, paint),
          ]
            .filter(part => part !== '')
            .join('\n\n'),
        );
        return explanation.verdict === 'valid' ? EXIT.done : EXIT.failed;
      }),
    );
}

const certificateText = (title: string, setting: string): string =>
  `${title} names a certificate in the request, which is not fetched here: the secret is its public key, and --setting ${setting}=... the id.`;

async function chosenProvider({ provider, scheme }: Options) {
  if (scheme !== undefined) return providerInFile(scheme);
  if (provider === undefined) throw new Stop(EXIT.usage, 'Say how it is signed: --provider, or --scheme.');
  return namedProvider(provider);
}

function verdict(title: string, explanation: Explanation, paint: Paint): string {
  if (explanation.verdict === 'valid')
    return paint('green', `Valid: signed as ${title} signs, with this secret.`);
  const refused = paint('red', `Not valid (${explanation.verdict}: ${explanation.detail}).`);
  const { mistake, certainty } = explanation;
  if (mistake === null) {
    return `${refused}\nNo usual mistake explains it: another secret, another body, or forged. --show has the bytes.`;
  }
  return `${refused}\n${certainty === 'likely' ? 'Likely: ' : ''}${mistake.what}\n${mistake.mend}`;
}

const shownOf = ({ received, problem, expected }: Awaited<ReturnType<typeof expectedOf>>): Shown => ({
  ...{ received, problem },
  expected: expected.map(({ signed, ...rest }) => ({ ...rest, signed: shownBytes(signed) })),
});

function shownText({ received, problem, expected }: Shown, paint: Paint): string {
  const came = received.length === 0 ? 'none' : received.join(', ');
  const readings = expected.map(({ template, signed, signature }) =>
    fields(
      [
        ['signed', template],
        ['bytes', signed.length],
        ['which are', signed.last === null ? signed.first : `${signed.first} ... ${signed.last}`],
        ['expected', signature ?? 'only the provider can make it'],
        ['came', came],
      ],
      paint,
    ),
  );
  return [...(problem === null ? [] : [`No message could be made: ${problem}`]), ...readings].join('\n\n');
}
