/** The values of options of `listen`: what is wrong with one is a usage error that shows it. */
import { InvalidArgumentError } from 'commander';
import { decodeSecret } from '../../../src/delivery/standard-webhooks';
import { EXIT, Stop } from '../ending';
import { timeValue } from '../values';

export function localUrl(text: string): string {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  throw new InvalidArgumentError('Must be an address like http://localhost:3000/hook.');
}

/** `last-ack`, a sequence, or a time as the API takes it. */
export const sinceValue = (text: string): string =>
  text === 'last-ack' || /^\d{1,15}$/.test(text) ? text : timeValue(text);

export function secretValue(text: string): string {
  if (decodeSecret(text) !== null) return text;
  throw new InvalidArgumentError('Must be whsec_ and base64.');
}

/** Where events of each webhook are posted. */
export function targetsOf(
  webhooks: readonly string[],
  to: string,
  paths: readonly string[],
): Map<string, string> {
  const given = new Map(paths.map(pathOf));
  const stray = [...given.keys()].find(name => !webhooks.includes(name));
  if (stray !== undefined)
    throw new Stop(EXIT.usage, `--path ${stray}=…: ${stray} is not among ${webhooks.join(', ')}.`);
  return new Map(
    webhooks.map(name => {
      const path = given.get(name);
      return [name, path === undefined ? to : new URL(path, to).href];
    }),
  );
}

function pathOf(text: string): [string, string] {
  const [, webhook, path] = /^([^=]+)=(\/.*)$/.exec(text) ?? [];
  if (webhook === undefined || path === undefined)
    throw new Stop(EXIT.usage, `--path ${text}: must be like shop=/hook.`);
  return [webhook, path];
}

/** A header's name in lower case, and the text that its value has to have. */
export function headerOf(text: string): [string, string] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new Stop(EXIT.usage, `--filter-header ${text}: must be like x-shop: berlin.`);
  return [name.toLowerCase(), value];
}

export type How = 'interactive' | 'compact' | 'quiet' | 'json';

/** How events are shown: interactive on a terminal, unless something else is said. */
export function howOf(given: How | undefined, isJson: boolean, isTerminal: boolean): How {
  if (given === 'interactive' && !isTerminal)
    throw new Stop(
      EXIT.usage,
      '--output interactive needs a terminal: leave it out, or say compact or json.',
    );
  return given ?? (isJson ? 'json' : isTerminal ? 'interactive' : 'compact');
}
