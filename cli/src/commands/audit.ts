/** `gapless audit`: who changed what by the API. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT } from '../ending';
import type { Schemas } from '../gateway/api';
import { type Paint, table } from '../output/table';
import { shortTime } from '../output/times';
import { wholeNumber } from '../values';

type Options = { limit: number; after?: string };

export function addAudit(program: Command): void {
  gatewayCommand(program, 'audit [webhook]', 'Who changed what, the newest first', [
    ['gapless audit shop', 'settings, replays, releases, what was erased'],
    ['gapless audit', 'tokens that were made and revoked, webhooks that were deleted (with the admin token)'],
    ['gapless audit shop --limit 500 --json', 'for programs: {"entries": [...], "next": ...}'],
  ])
    .option('--limit <number>', 'how many at most', wholeNumber(1, 500), 50)
    .option('--after <cursor>', 'go on where a list ended: its "next"')
    .action((webhook: string | undefined, { limit, after }: Options, command: Command) =>
      run(command, async ({ output, gateway }) => {
        const asked = await gateway();
        const query = { limit, ...(after === undefined ? {} : { after }) };
        const page =
          webhook === undefined
            ? await asked.call('get', '/v1/audit', { query })
            : await asked.call('get', '/v1/webhooks/{webhook_id}/audit', {
                path: { webhook_id: webhook },
                query,
              });
        output.answer(page, paint => text(page.entries, paint));
        if (page.next !== null && !output.isJson) output.note(`There are more: --after ${page.next}`);
        return EXIT.done;
      }),
    );
}

const text = (entries: readonly Schemas['AuditEntry'][], paint: Paint): string =>
  entries.length === 0
    ? 'Nothing was changed.'
    : table(
        ['at (UTC)', 'by', 'operation', 'what'],
        entries.map(({ at, by, token, operation, changes, facts }) => [
          ...[shortTime(at), token === null ? by : `${token.name} (${token.token_id})`, operation],
          [
            ...changes.map(({ path, before, after }) =>
              before === null ? `${path}: ${shown(after)}` : `${path}: ${shown(before)} -> ${shown(after)}`,
            ),
            ...Object.entries(facts).map(([name, value]) => `${name} ${shown(value)}`),
          ]
            .join(', ')
            .slice(0, 300),
        ]),
        paint,
      );

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
