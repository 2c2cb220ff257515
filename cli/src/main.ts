/** `gapless`: how it begins, and how the process ends. */
import './platform';
import { CommanderError } from 'commander';
import { EXIT } from './ending';
import { gaplessProgram } from './program';

/** Known before the arguments are read, as what is wrong with them is said in JSON, too. */
const isJson = process.argv.includes('--json');

// `gapless events | head` is no failure.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  process.exit(code === 'EPIPE' ? EXIT.done : EXIT.failed);
});

try {
  await gaplessProgram(!isJson).parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (isJson && error.exitCode !== 0) {
    process.stderr.write(
      `${JSON.stringify({ error: error.message.replace(/^error: /, ''), problem: null })}\n`,
    );
  }
}
