/** The fields of what is made or changed: from a file, and one by one. */
import type { Command } from 'commander';
import { EXIT, Stop } from '../ending';
import type { Environment } from '../settings/profiles';
import { several } from '../values';
import { changed } from './changed';
import { documentIn } from './document';
import { changeOf } from './pairs';

export type FieldOptions = { from?: string; set?: string[] };

export const fieldOptions = (command: Command): Command =>
  command
    .option('--from <file>', 'its fields, in JSON or YAML, with values from the environment; - is stdin')
    .option(
      '--set <pointer=value>',
      'a field, JSON or text: /sequence/grace_seconds=30; may be repeated',
      several,
    );

/** Those of the file, then `more`, then those that are set; what is undefined is left out. */
export async function fieldsGiven(
  { from, set = [] }: FieldOptions,
  env: Environment,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const document = from === undefined ? {} : await documentIn(from, env);
  const named = Object.entries(more).filter(([, value]) => value !== undefined);
  const all = changed({ ...membersOf(document, from), ...Object.fromEntries(named) }, set.map(changeOf));
  if (!all.ok) throw new Stop(EXIT.usage, all.error);
  return membersOf(all.value, '--set');
}

function membersOf(value: unknown, from: string | undefined): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new Stop(EXIT.usage, `${from} has no fields: it has to be an object.`);
}
