/**
 * What every script does with its arguments before anything else: `--help` prints how it is used and ends with 0; an argument that it
 * does not know ends it with 2, before anything was done.
 */

/**
 * The arguments of this process, if they may be.
 * @param usage how the script is used, without a line feed at its end
 * @param flags options without a value
 * @param valued options with one, as `--name value` or `--name=value`
 * @param words how many arguments there may be besides options
 * @param passesOn true where what is not known is another program's to judge
 */
export function argumentsOf(usage, { flags = [], valued = [], words = 0, passesOn = false } = {}) {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  const unknown = passesOn ? undefined : unknownIn(args, flags, valued, words);
  if (unknown === undefined) return args;
  process.stderr.write(`Unknown argument ${unknown}.\n\n${usage}\n`);
  process.exit(2);
}

/** The first argument that is none of these. */
function unknownIn(args, flags, valued, words) {
  let left = words;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (flags.includes(arg) || valued.some(name => arg.startsWith(`${name}=`))) continue;
    if (valued.includes(arg)) i++;
    else if (arg.startsWith('-') || --left < 0) return arg;
  }
  return undefined;
}
