/** Documents in files, or on stdin: JSON or YAML, with values out of the environment. */
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { filled } from '../configuration/filled';
import { EXIT, Stop } from '../ending';
import type { Environment } from '../settings/profiles';
import { jsonMistake, mistakeText, yamlMistake } from './misread';

const stop = (text: string): Stop => new Stop(EXIT.usage, text);

/** What a file has, or stdin for `-`, with every `${NAME}` replaced. */
export async function documentIn(file: string, env: Environment): Promise<unknown> {
  const document = filled(await parsed((await contentOf(file)).toString(), file), env);
  if (!document.ok) throw stop(`${file} asks for what the environment lacks: ${document.error.join(', ')}`);
  return document.value;
}

/** The bytes of a file, or of stdin for `-`. */
export async function contentOf(file: string): Promise<Buffer> {
  if (file !== '-')
    return readFile(file).catch((error: Error) => {
      throw stop(error.message);
    });
  if (process.stdin.isTTY === true) throw stop('Nothing comes on stdin: give a file, or pipe something in.');
  return buffer(process.stdin);
}

/** What is named neither `.json` nor `.yaml` is JSON where it looks like that, else YAML. */
async function parsed(given: string, file: string): Promise<unknown> {
  const text = given.replace(/^\ufeff/, '');
  const isYaml = /\.ya?ml$/i.test(file);
  try {
    if (!isYaml) return JSON.parse(text);
  } catch (error) {
    const more = file === '-' ? '' : ' (a file in YAML is called .yaml)';
    if (/\.json$/i.test(file) || /^\s*[{[]/.test(text))
      throw stop(`${file} is no JSON${more}: ${mistakeText(text, jsonMistake(text, String(error)))}`);
  }
  const { parse } = await import('yaml');
  try {
    return parse(text, { prettyErrors: false, logLevel: 'error' });
  } catch (error) {
    throw stop(`${file} is no YAML: ${mistakeText(text, yamlMistake(error))}`);
  }
}
