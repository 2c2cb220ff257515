/** `gapless`: the commands, and how the process ends. */
import './platform';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { withGateway } from './command';
import { addApply, addExport } from './commands/apply';
import { addDestinations } from './commands/destinations';
import { addDoctor } from './commands/doctor';
import { addErase } from './commands/erase';
import { addEvent } from './commands/event';
import { addEvents } from './commands/events';
import { addGaps } from './commands/gaps';
import { addListen } from './commands/listen';
import { addLogin } from './commands/login';
import { addProfiles } from './commands/profiles';
import { addRelease } from './commands/release';
import { addReplay } from './commands/replay';
import { addRetry } from './commands/retry';
import { addSend } from './commands/send';
import { addStatus } from './commands/status';
import { addTail } from './commands/tail';
import { addTokens } from './commands/tokens';
import { addVerify } from './commands/verify';
import { addWebhooks } from './commands/webhooks';
import { EXIT } from './ending';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));

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

program.commandsGroup('See:');
addStatus(program);
addWebhooks(program);
addEvents(program);
addEvent(program);
addGaps(program);
addTail(program);
program.commandsGroup('Mend:');
addRetry(program);
addReplay(program);
addRelease(program);
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

// `gapless events | head` is no failure.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? EXIT.done : EXIT.failed);
});

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
}
