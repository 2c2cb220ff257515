/** `gapless send`: signed samples of a provider to any address, as the provider would send them. Asks no gateway. */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import { plainCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import { causeOf } from '../gateway/unanswered';
import { changeOf, pairOf } from '../given/pairs';
import { printable } from '../output/printable';
import { namedProvider, providerInFile } from '../providers';
import { stepsOf } from '../send/plan';
import { type SampleRequest, sampleRequest } from '../send/sample';
import { makeKey, type SignerOptions, signerOf } from '../send/signer';
import { several, wholeNumber } from '../values';

type Options = SignerOptions & {
  to?: string;
  scheme?: string;
  newKey?: string;
  increment?: number;
  count: number;
  rate?: number;
  set?: string[];
  setting?: string[];
  hole?: number[];
  duplicate?: boolean;
};

const PATIENCE_MS = 30_000;

export function addSend(program: Command): void {
  plainCommand(program, 'send <provider> [topic]', 'Signed samples of a provider, to any address', [
    [
      'gapless send stripe charge.succeeded --to http://localhost:3000/hook',
      'one event; the secret in GAPLESS_SECRET',
    ],
    ['gapless send shipstream order:created --increment 1 --count 5 --hole 3 --to URL', '1, 2, 4, 5, 6'],
    ['gapless send shopify orders/create --set /total_price=9.99 --to URL', 'with a value set in its body'],
    ['gapless send github push --duplicate --to URL', 'twice, with the same bytes'],
    ['gapless send slack --forge --to URL', 'signed with another secret: has to be refused'],
    ['gapless send discord --new-key discord.pem', 'where the provider signs with a private key: makes one'],
  ])
    .option('--to <url>', 'where it is sent')
    .option('--secret <secret>', 'the secret; rather set GAPLESS_SECRET, as others see arguments')
    .option('--key <file>', 'a private key, where the provider signs with one')
    .option(
      '--new-key <file>',
      'write one there, and print its public key, which the webhook takes as secret_key',
    )
    .option('--scheme <file>', 'of provider custom: the scheme that the webhook has under "signature"')
    .option(
      '--increment <number>',
      'the increment id of the first, where the provider numbers its events',
      wholeNumber(1),
    )
    .option('--count <number>', 'how many', wholeNumber(1, 100_000), 1)
    .option('--rate <number>', 'how many a second; one after the other where not said', wholeNumber(1, 1000))
    .option(
      '--set <pointer=value>',
      'a value in the body, JSON or text: /order/total=9.5; may be repeated',
      several,
    )
    .option('--setting <name=value>', "of the webhook's settings; may be repeated", several)
    .option('--hole <number>', 'an increment id to leave out; may be repeated', severalNumbers)
    .option('--duplicate', 'each twice')
    .option('--forge', 'signed with a secret or key made up here')
    .action((name: string, topic: string | undefined, options: Options, command: Command) =>
      run(command, async ({ output, env }) => {
        const provider =
          options.scheme === undefined ? namedProvider(name) : await providerInFile(options.scheme);
        if (options.newKey !== undefined) {
          const secret_key = await makeKey(provider, options.newKey);
          output.answer({ key_file: options.newKey, secret_key }, () => secret_key);
          output.note(`That is what the webhook takes as secret_key; --key ${options.newKey} signs for it.`);
          return EXIT.done;
        }
        const { to } = options;
        if (to === undefined || URL.parse(to) === null)
          throw new Stop(
            EXIT.usage,
            `--to is an address, like http://localhost:3000/hook, not ${to ?? 'nothing'}.`,
          );
        if (options.increment !== undefined && !provider.numbered)
          throw new Stop(EXIT.usage, `${provider.title} does not number its events.`);
        const fixed = {
          signer: await signerOf(provider, options, env),
          url: to,
          cfg: Object.fromEntries((options.setting ?? []).map(text => pairOf(text, '--setting'))),
          changes: (options.set ?? []).map(changeOf),
        };
        const steps = stepsOf({
          ...{ increment: options.increment ?? null, count: options.count, holes: options.hole ?? [] },
          isTwice: options.duplicate === true,
        });
        let [request, refused]: [SampleRequest | null, number] = [null, 0];
        for (const [at, { incrementId, isRepeated }] of steps.entries()) {
          if (at > 0 && options.rate !== undefined) await pause(1000 / options.rate);
          if (request === null || !isRepeated) {
            const nonce = randomBytes(8).toString('hex');
            const wish = { topic: topic ?? null, incrementId, now: Date.now(), nonce };
            const made = await sampleRequest(provider, { ...fixed, wish });
            if (!made.ok) throw new Stop(EXIT.usage, made.error);
            request = made.value;
          }
          const { status, text } = await posted(request);
          if (status >= 300) refused += 1;
          output.item({ increment_id: incrementId, repeated: isRepeated, status, answer: text }, paint =>
            [
              incrementId === null ? `${at + 1}` : `#${incrementId}`,
              paint(status < 300 ? 'green' : 'red', String(status)),
              printable(text.slice(0, 300)),
            ].join('  '),
          );
        }
        return refused > 0 ? EXIT.failed : EXIT.done;
      }),
    );
}

const severalNumbers = (text: string, before: readonly number[] = []): number[] => [
  ...before,
  wholeNumber(1)(text),
];

async function posted({ url, headers, body }: SampleRequest): Promise<{ status: number; text: string }> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    return { status: answer.status, text: await answer.text() };
  } catch (error) {
    throw new Stop(EXIT.noAccess, `${new URL(url).origin} does not answer: ${causeOf(error, PATIENCE_MS)}`);
  }
}
