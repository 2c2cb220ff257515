/** `gapless` with all its commands, in the order in which its help has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { withGateway } from './command';
import { addApi } from './commands/api';
import { addApply, addExport } from './commands/apply';
import { addAudit } from './commands/audit';
import { addDestinations } from './commands/destinations';
import { addDoctor } from './commands/doctor';
import { addErase } from './commands/erase';
import { addEvent } from './commands/event';
import { addEvents } from './commands/events';
import { addGaps } from './commands/gaps';
import { addListen } from './commands/listen';
import { addLogin } from './commands/login';
import { addNumbering } from './commands/numbering';
import { addProfiles } from './commands/profiles';
import { addRefill } from './commands/refill';
import { addRefusals } from './commands/refusals';
import { addRelease } from './commands/release';
import { addReplay } from './commands/replay';
import { addReplays } from './commands/replays';
import { addResolve } from './commands/resolve';
import { addRetry } from './commands/retry';
import { addSend } from './commands/send';
import { addStatus } from './commands/status';
import { addTail } from './commands/tail';
import { addTokens } from './commands/tokens';
import { addVerify } from './commands/verify';
import { addWebhooks } from './commands/webhooks';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));

/** @param writesErrors false where errors are said as JSON instead */
export function gaplessProgram(writesErrors: boolean): Command {
  const program = withGateway(new Command('gapless'))
    .description('The command line of Gapless, the webhook gateway that knows what it missed.')
    .version(version)
    .option('--json', 'answer in JSON, for programs')
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(gapless COMMAND --help has examples)')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 failed or not there, 2 usage, 3 no access, 4 found something (--exit-code).',
    );
  if (!writesErrors) program.configureOutput({ writeErr: () => {} });

  program.commandsGroup('See:');
  addStatus(program);
  addWebhooks(program);
  addEvents(program);
  addEvent(program);
  addGaps(program);
  addRefusals(program);
  addTail(program);
  addAudit(program);
  program.commandsGroup('Mend:');
  addRetry(program);
  addReplay(program);
  addReplays(program);
  addRelease(program);
  addRefill(program);
  addResolve(program);
  addNumbering(program);
  addDestinations(program);
  addErase(program);
  program.commandsGroup('Try:');
  addListen(program);
  addSend(program);
  addVerify(program);
  program.commandsGroup('Set up:');
  addDoctor(program);
  addLogin(program);
  addProfiles(program);
  addTokens(program);
  addApply(program);
  addExport(program);
  addApi(program);
  return program;
}
