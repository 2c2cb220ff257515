/** JSON with values set at pointers. Pure. */
import { parsePointer } from '../../../src/json/pointer';
import { err, ok, type Result } from '../../../src/result';
import type { Change } from './pairs';

/** Members on the way are made; `-` is behind the last of a list. An error is a sentence. */
export function changed(json: unknown, changes: readonly Change[]): Result<unknown, string> {
  let value = json;
  for (const { pointer, value: set } of changes) {
    const path = parsePointer(pointer);
    if (path === null) return err(`--set takes a JSON pointer, like /message/total, not ${pointer}.`);
    value = withValue(value, path, set);
  }
  return ok(value);
}

export function withValue(json: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(json)) {
    const list: unknown[] = [...json];
    const at = step === '-' ? list.length : Number(step);
    list[at] = withValue(list[at], rest, value);
    return list;
  }
  const members = new Map(Object.entries(typeof json === 'object' && json !== null ? json : {}));
  members.set(step, withValue(members.get(step), rest, value));
  return Object.fromEntries(members);
}
