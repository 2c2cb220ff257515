/** `gapless login`: keeps a gateway and its token, after trying them. */
import type { Command } from 'commander';
import { gatewayCommand, run } from '../command';
import { EXIT, Stop } from '../ending';
import { gatewayOf } from '../gateway/gateway';
import { gatewayAddress } from '../settings/choose';
import { loginToken } from '../settings/login-token';
import { readProfiles, settingsFolder, writeProfiles } from '../settings/profiles';

const LOCAL = 'http://127.0.0.1:8787';

type Options = { url?: string; token?: string; profile?: string };

export function addLogin(program: Command): void {
  gatewayCommand(program, 'login [url]', 'Keep a gateway and its token in a profile', [
    ['gapless login', 'the gateway of npm start, with the token in .dev.vars'],
    ['gapless login https://gateway.example.com', 'asks for the token, without showing it'],
    ['gapless login https://gateway.example.com --profile live < token.txt', 'a profile of its own'],
  ]).action((address: string | undefined, options: Options, command: Command) =>
    run(command, async ({ output, env }) => {
      const url = gatewayAddress(address ?? options.url ?? (env.GAPLESS_URL || LOCAL));
      if (!url.ok) throw new Stop(EXIT.usage, url.error);
      const token = await loginToken(url.value, options.token, env);
      if (token === '') throw new Stop(EXIT.usage, 'No token was given.');
      const name = options.profile ?? (env.GAPLESS_PROFILE || 'default');
      await gatewayOf({ url: url.value, token, profile: name }).call('get', '/v1/webhooks', {
        query: { limit: 1 },
      });
      const { profiles } = await readProfiles(env);
      await writeProfiles(env, {
        current: name,
        profiles: { ...profiles, [name]: { url: url.value, token } },
      });
      output.answer(
        { profile: name, url: url.value },
        () => `${url.value} is the profile ${name} from now on.`,
      );
      output.note(`Kept in ${settingsFolder(env)}, for you alone to read.`);
      return EXIT.done;
    }),
  );
}
