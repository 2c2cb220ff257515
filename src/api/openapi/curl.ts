/**
 * An operation as a command to copy. It stands in bash with `GATEWAY` and `TOKEN`, and for each part of a path a variable of that name.
 * No secret is among the arguments of a command, where the list of processes shows it: bodies are read from the command's input. Pure.
 */
import type { Operation } from './operations/operation';

const AUTHORIZED = `-H @<(printf 'Authorization: Bearer %s' "$TOKEN")`;

export function curlOf({ method, path, body, query, secured, answers: [status] }: Operation): string {
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => `$${name.toUpperCase()}`);
  // 101: curl listens to a WebSocket since 8.11.
  const gateway = status === 101 ? 'ws$' + '{GATEWAY#http}' : '$GATEWAY';
  const usual = body === undefined ? 'get' : 'post';
  const words = [
    'curl -s',
    ...(status === 101 ? ['-N'] : []),
    ...(method === usual ? [] : [`-X ${method.toUpperCase()}`]),
    `"${gateway}${address}${query === undefined ? '' : `?${query}`}"`,
    ...(secured === false ? [] : [AUTHORIZED]),
  ];
  if (body === undefined) return words.join(' ');
  return `${words.join(' ')} -d @- <<'END'\n${JSON.stringify(body.example, null, 2)}\nEND`;
}
