/**
 * The path of a request, which reaches the gateway as it was meant. Whoever asks folds `..` away before anything is sent, written as
 * `%2e%2e` too, so a webhook or destination called `..` would be another operation. Pure.
 */
import { err, ok, type Result } from '../../../src/result';

/** A path with its names and its query. An error is a sentence. */
export function addressOf(
  path: string,
  names: Readonly<Record<string, unknown>>,
  query: object,
): Result<string, string> {
  const wrong = Object.values(names)
    .map(String)
    .find(name => /^\.{0,2}$/.test(name));
  if (wrong !== undefined)
    return err(
      wrong === ''
        ? 'A name or an id is empty: give that of the webhook or destination.'
        : `"${wrong}" is no name of a webhook or destination: in an address it leads elsewhere. Give the id.`,
    );
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(names[name])));
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [[name, String(value)]],
  );
  return ok(given.length === 0 ? filled : `${filled}?${new URLSearchParams(given)}`);
}

/** Whether an address with this path is another one once it is read: a segment is `.` or `..`, or something is left out. */
export function isFolded(path: string): boolean {
  const [before = ''] = path.split(/[?#]/, 1);
  return /[\\\t\r\n]/.test(before) || /(^|\/)(\.|%2e){1,2}(\/|$)/i.test(before);
}
