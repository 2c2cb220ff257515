/** `gapless tokens`: tokens for programs, which may do less than the admin token. */
import { type Command, Option } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import { table } from '../output/table';
import { relativeTime, shortTime } from '../output/times';

type Options = { create?: string; scope: 'read' | 'write'; webhook?: string; revoke?: string };

export function addTokens(program: Command): void {
  gatewayCommand(program, 'tokens', 'Tokens for programs (with the admin token only)', [
    ['gapless tokens', 'all, and when each was last used'],
    ['gapless tokens --create dashboard', 'one that may read everything, shown this once'],
    ['gapless tokens --create erp --scope write --webhook shop', 'one for one webhook'],
    ['gapless tokens --revoke tok_8d1c', 'ends within ten seconds'],
  ])
    .option('--create <name>', 'make one')
    .addOption(new Option('--scope <scope>', 'what it may do').choices(['read', 'write']).default('read'))
    .option('--webhook <webhook>', 'of one webhook only, by id or name')
    .option('--revoke <id>', 'end one')
    .action((options: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        if (options.create !== undefined) {
          const { create: name, scope, webhook } = options;
          const body = {
            name,
            scope,
            ...(webhook === undefined
              ? {}
              : { webhook_id: /^\d+$/.test(webhook) ? Number(webhook) : webhook }),
          };
          const made = await asked.call('post', '/v1/tokens', { body });
          output.answer(made, () => made.token);
          output.note(`${made.token_id}, which may ${made.scope}. It is not shown again.`);
          return EXIT.done;
        }
        if (options.revoke !== undefined) {
          await asked.call('delete', '/v1/tokens/{token_id}', { path: { token_id: options.revoke } });
          output.answer({ revoked: options.revoke }, () => `${options.revoke} is revoked.`);
          return EXIT.done;
        }
        const list = await asked.call('get', '/v1/tokens');
        output.answer(list, paint =>
          list.tokens.length === 0
            ? 'There is none beside the admin token.'
            : table(
                ['token', 'name', 'may', 'webhook', 'made (UTC)', 'last used'],
                list.tokens.map(({ token_id, name, scope, webhook_id, created_at, last_used_at }) => [
                  ...[token_id, name, scope, webhook_id ?? 'all', shortTime(created_at)],
                  last_used_at === null ? 'never' : relativeTime(last_used_at, Date.now()),
                ]),
                paint,
              ),
        );
        return EXIT.done;
      }),
    );
}
