/** The secret that a webhook or destination is to have: out of the environment, or made by somebody else. */
import type { Command } from 'commander';
import { EXIT, Stop } from '../ending';
import type { Output } from '../output/output';
import type { Environment } from '../settings/profiles';
import { wholeNumber } from '../values';

/** That of `GAPLESS_SECRET`; undefined where the gateway is to make one. Says what is lacking where neither is said. */
export function newSecret(env: Environment, isMade: boolean): string | undefined {
  const given = env.GAPLESS_SECRET || undefined;
  if (isMade && given !== undefined)
    throw new Stop(EXIT.usage, 'Either --generate or GAPLESS_SECRET: both are given.');
  if (!isMade && given === undefined)
    throw new Stop(EXIT.usage, 'Set GAPLESS_SECRET to the new secret, or say --generate to have one made.');
  return given;
}

export type RotationOptions = { overlap?: number; generate?: boolean };

/** @param overlap what the overlap is good for @param generate who takes a secret that was made */
export const rotationOptions = (command: Command, overlap: string, generate: string): Command =>
  command.option('--overlap <seconds>', overlap, wholeNumber(0)).option('--generate', generate);

/** Has a secret put in the place of another, and says so; one that was made is shown this once. @param whose what has it then, in a sentence */
export async function rotated(
  output: Output,
  env: Environment,
  { overlap, generate }: RotationOptions,
  rotate: (body: { secret_key?: string; overlap_seconds?: number }) => Promise<{ secret_key: string }>,
  whose: string,
): Promise<void> {
  const secret = newSecret(env, generate === true);
  const answer = await rotate({
    ...(secret === undefined ? {} : { secret_key: secret }),
    ...(overlap === undefined ? {} : { overlap_seconds: overlap }),
  });
  output.answer(answer, () => (secret === undefined ? answer.secret_key : whose));
  if (secret === undefined) output.note('It is not shown again.');
}
