/** Options of two parts, `name=value`. */
import { EXIT, Stop } from '../ending';

/** Splits at the first `=`. What is given may be a secret, so it is not shown. @param option its name, for whoever left the `=` out */
export function pairOf(text: string, option: string): [name: string, value: string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new Stop(EXIT.usage, `${option} takes two parts with = between them, and one of them has none.`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** A value for a place, by JSON pointer. */
export type Change = { pointer: string; value: unknown };

/** `/order/total=9.5`. The value is JSON where it is JSON, else text: `9.5` is a number, `"9.5"` and `nine` are texts. */
export function changeOf(text: string): Change {
  const [pointer, value] = pairOf(text, '--set');
  try {
    return { pointer, value: JSON.parse(value) };
  } catch {
    return { pointer, value };
  }
}
