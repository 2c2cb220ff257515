/** The secret that a webhook or destination is to have: out of the environment, or made by somebody else. */
import { EXIT, Stop } from '../ending';
import type { Environment } from '../settings/profiles';

/** That of `GAPLESS_SECRET`; undefined where the gateway is to make one. Says what is lacking where neither is said. */
export function newSecret(env: Environment, isMade: boolean): string | undefined {
  const given = env.GAPLESS_SECRET || undefined;
  if (isMade && given !== undefined)
    throw new Stop(EXIT.usage, 'Either --generate or GAPLESS_SECRET: both are given.');
  if (!isMade && given === undefined)
    throw new Stop(EXIT.usage, 'Set GAPLESS_SECRET to the new secret, or say --generate to have one made.');
  return given;
}
