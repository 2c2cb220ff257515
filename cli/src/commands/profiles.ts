/** `gapless profiles`: which gateways are kept, and which of them is used where none is named. */
import type { Command } from 'commander';
import { plainCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import { table } from '../output/table';
import { type Profiles, readProfiles, writeProfiles } from '../settings/profiles';

type Options = { use?: string; remove?: string };

export function addProfiles(program: Command): void {
  plainCommand(program, 'profiles', 'Gateways that login keeps', [
    ['gapless profiles', 'all, with the one in use'],
    ['gapless profiles --use live', 'use this one from now on'],
    ['gapless profiles --remove old', 'forget one, and its token'],
  ])
    .option('--use <name>', 'use this profile where none is named')
    .option('--remove <name>', 'forget this profile')
    .action((options: Options, command: Command) =>
      run(command, async ({ output, env }) => {
        let kept = await readProfiles(env);
        if (options.use !== undefined) kept = { ...kept, current: named(kept, options.use) };
        if (options.remove !== undefined) kept = without(kept, named(kept, options.remove));
        if (options.use !== undefined || options.remove !== undefined) await writeProfiles(env, kept);
        const list = Object.entries(kept.profiles).map(([name, { url }]) => ({
          ...{ name, url, current: name === kept.current },
        }));
        output.answer({ profiles: list }, paint =>
          list.length === 0
            ? 'There is none: gapless login makes one.'
            : table(
                ['', 'profile', 'gateway'],
                list.map(({ name, url, current }) => [current ? '*' : null, name, url]),
                paint,
              ),
        );
        return EXIT.done;
      }),
    );
}

function named({ profiles }: Profiles, name: string): string {
  if (Object.hasOwn(profiles, name)) return name;
  throw new Stop(EXIT.failed, `There is no profile ${name}.`);
}

function without({ current, profiles }: Profiles, name: string): Profiles {
  const { [name]: _, ...others } = profiles;
  return { current: current === name ? null : current, profiles: others };
}
