/** What commands have in common: options of a gateway, examples in their help, and how they run and end. */
import type { Command } from 'commander';
import { EXIT, type ExitCode, Stop } from './ending';
import { type Gateway, gatewayOf } from './gateway/gateway';
import { type Output, outputOf } from './output/output';
import { printableLines } from './output/printable';
import { chosen, type Flags } from './settings/choose';
import { type Environment, readProfiles } from './settings/profiles';

export type Context = {
  output: Output;
  env: Environment;
  /** The gateway that flags, environment and profiles name. Throws `Stop` where they name none. */
  gateway(): Promise<Gateway>;
};

/** What a command does; it ends with `done` unless it says otherwise. */
type Body = (context: Context) => Promise<ExitCode | undefined>;

type Examples = readonly (readonly [command: string, does: string])[];

/** `isDefault`: the command of a group that is meant where none of its commands is named. */
type Options = { isDefault?: true };

/** A command that asks no gateway. @param usage its name and arguments: `event <webhook> <sequence>` */
export function plainCommand(
  parent: Command,
  usage: string,
  does: string,
  examples: Examples,
  options: Options = {},
): Command {
  return parent
    .command(usage, options)
    .description(does)
    .addHelpText('after', examplesText(examples))
    .option('--json', 'answer in JSON, for programs');
}

/** A command that asks a gateway. */
export function gatewayCommand(
  parent: Command,
  usage: string,
  does: string,
  examples: Examples,
  options: Options = {},
): Command {
  return withGateway(plainCommand(parent, usage, does, examples, options));
}

/** Commands about one kind of thing: `gapless destinations pause`. */
export function commandGroup(parent: Command, name: string, does: string, examples: Examples): Command {
  return parent.command(name).description(does).addHelpText('after', examplesText(examples));
}

/** The options that say which gateway is meant. They may stand before the command's name too. */
export function withGateway(command: Command): Command {
  return command
    .optionsGroup('Gateway:')
    .option('--url <url>', 'the gateway (GAPLESS_URL)')
    .option('--token <token>', 'its token; others on this machine see arguments, so rather set GAPLESS_TOKEN')
    .option('--profile <name>', 'a gateway that gapless login keeps (GAPLESS_PROFILE)')
    .optionsGroup('Options:');
}

/** Runs a command's body, says what went wrong, and sets the exit code. */
export async function run(command: Command, body: Body): Promise<void> {
  const flags: Flags & { json?: boolean } = { ...command.parent?.optsWithGlobals(), ...command.opts() };
  const output = outputOf(flags.json === true, process.stdout, process.stderr);
  const { env } = process;
  const gateway = async (): Promise<Gateway> => {
    const connection = chosen(flags, env, await readProfiles(env));
    if (!connection.ok) throw new Stop(EXIT.usage, connection.error);
    return gatewayOf(connection.value);
  };
  try {
    process.exitCode = (await body({ output, env, gateway })) ?? EXIT.done;
  } catch (error) {
    if (!(error instanceof Stop) && env.GAPLESS_DEBUG) throw error;
    const { exitCode, message, problem } = error instanceof Stop ? error : unexpected(error);
    process.exitCode = exitCode;
    output.note(
      output.isJson ? JSON.stringify({ error: message, problem: problem ?? null }) : printableLines(message),
    );
  }
}

/** An answer of another shape, or a bug. Its own words are not shown: they may quote what was read. */
const unexpected = (error: unknown): Stop =>
  new Stop(
    EXIT.failed,
    `This was not to be expected (${error instanceof Error ? error.name : typeof error}): the answer has another shape than this ` +
      'version of gapless knows, or gapless has a bug. GAPLESS_DEBUG=1 shows where.',
  );

function examplesText(examples: Examples): string {
  const width = Math.max(...examples.map(([command]) => command.length));
  const lines = examples.map(([command, does]) => `  $ ${command.padEnd(width)}  # ${does}`);
  return `\nExamples:\n${lines.join('\n')}`;
}
