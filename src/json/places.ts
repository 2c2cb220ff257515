/**
 * Where several values stand in JSON text, found in one pass: however many paths are asked for and however deep they lead, no
 * character is passed over twice. Anybody can send a large body, and the paths are what it costs.
 *
 * As in `source.ts`, of a key that is given twice the last one counts, and the result says so. The text must be valid JSON and
 * no deeper than `LIMITS.MAX_JSON_DEPTH`: this recurses along the paths.
 */
import { afterSpace, afterString, afterValue, CODE, stringAt } from './scan';

/** From `start` to `end`, -1 where the path leads nowhere. `repeated`: a key on the path is given more than once. */
type Place = { start: number; end: number; repeated: boolean };

/** A value on the way of a path. */
type Step = Place & { next: Map<string, Step> };

const newStep = (): Step => ({ start: -1, end: -1, repeated: false, next: new Map() });

/** A place for each of the paths. */
export function placesOf(text: string, paths: readonly (readonly string[])[]): Place[] {
  const root = newStep();
  const ways = paths.map(path => wayOf(root, path));
  visit(text, afterSpace(text, 0), root);
  return ways.map(way => {
    const { start, end } = way.at(-1) ?? root;
    return { start, end, repeated: way.some(({ repeated }) => repeated) };
  });
}

/** The steps of a path, without the root. Paths with the same beginning share the steps of it. */
function wayOf(root: Step, path: readonly string[]): Step[] {
  let step = root;
  return path.map(token => {
    const next = step.next.get(token) ?? newStep();
    step.next.set(token, next);
    step = next;
    return next;
  });
}

/** Notes where the value at `at` stands, and what paths lead to inside it. The index after the value. */
function visit(text: string, at: number, step: Step): number {
  step.start = at;
  const code = step.next.size === 0 ? null : text.charCodeAt(at);
  if (code === CODE.OPEN_OBJECT) step.end = visitObject(text, at, step);
  else if (code === CODE.OPEN_ARRAY) step.end = visitArray(text, at, step);
  else step.end = afterValue(text, at);
  return step.end;
}

function visitObject(text: string, open: number, { next }: Step): number {
  let i = afterSpace(text, open + 1);
  while (text.charCodeAt(i) === CODE.QUOTE) {
    const keyEnd = afterString(text, i);
    const child = next.get(stringAt(text, i, keyEnd));
    const valueAt = afterSpace(text, afterSpace(text, keyEnd) + 1);
    if (child !== undefined && child.start !== -1) {
      forget(child);
      child.repeated = true;
    }
    i = afterElement(text, valueAt, child);
  }
  return i + 1;
}

function visitArray(text: string, open: number, { next }: Step): number {
  let i = afterSpace(text, open + 1);
  for (let index = 0; i < text.length && text.charCodeAt(i) !== CODE.CLOSE_ARRAY; index++) {
    i = afterElement(text, i, next.get(String(index)));
  }
  return i + 1;
}

/** Where the next member or element, or the closing bracket, is. */
function afterElement(text: string, at: number, child: Step | undefined): number {
  const i = afterSpace(text, child === undefined ? afterValue(text, at) : visit(text, at, child));
  return text.charCodeAt(i) === CODE.COMMA ? afterSpace(text, i + 1) : i;
}

/** What was found inside an earlier value of the same key does not count. Only what was found is gone through. */
function forget(step: Step): void {
  for (const child of step.next.values()) {
    if (child.start === -1) continue;
    forget(child);
    Object.assign(child, { start: -1, end: -1, repeated: false });
  }
}
