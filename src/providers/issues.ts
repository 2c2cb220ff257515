/**
 * What is wrong with a payload, without quoting its values. Valibot finds the places. The messages are our own, because
 * Valibot's quote the received value. Names of fields are shown; names that the sender chose (keys of maps) are not.
 */
import * as v from 'valibot';
import { kindOf } from '../json/kind';
import { formatPointer } from '../json/pointer';
import { LIMITS } from '../limits';
import type { Issue } from './provider';

/**
 * In a larger body only the first issue is looked for. A megabyte of wrong list elements would give hundreds of thousands
 * of issues, of which only MAX_ISSUES are kept.
 */
const MAX_BYTES_FOR_ALL_ISSUES = 64 * 1024;

type ShapeOptions = {
  /** Where in the body the value is. */
  at: readonly string[];
  /** Size of the body, which bounds how many issues there can be. */
  bodyBytes: number;
  /** Fields whose members are named by the sender; their names become `*` in paths. */
  maps?: ReadonlySet<string>;
};

/** Checks a value against a schema. Messages of checks inside the schema are shown as they are, so they must quote nothing. */
export function checkShape(schema: v.GenericSchema, value: unknown, options: ShapeOptions): Issue[] {
  const result = v.safeParse(schema, value, { abortEarly: options.bodyBytes > MAX_BYTES_FOR_ALL_ISSUES });
  if (result.success) return [];
  return result.issues.slice(0, LIMITS.MAX_ISSUES).map(issue => ({
    path: formatPointer([...options.at, ...pathOf(issue, options.maps)]),
    message: messageOf(issue),
  }));
}

/** The issues as they may be kept: at most `MAX_ISSUES`, each at most `MAX_ISSUE_CHARS` long. */
export const limitIssues = (issues: Issue[]): Issue[] =>
  issues.slice(0, LIMITS.MAX_ISSUES).map(({ path, message }) => ({
    path: path.slice(0, LIMITS.MAX_ISSUE_CHARS),
    message: message.slice(0, LIMITS.MAX_ISSUE_CHARS),
  }));

function pathOf(issue: v.BaseIssue<unknown>, maps: ReadonlySet<string> | undefined): string[] {
  const keys = (issue.path ?? []).map(item => String(item.key));
  return keys.map((key, i) => (maps?.has(keys[i - 1] ?? '') ? '*' : key));
}

function messageOf(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === 'validation') return issue.message;
  if (issue.path?.at(-1)?.origin === 'key') return 'is required';
  // Valibot writes `Object`, `(string | number)`.
  const expected = (issue.expected ?? 'something else')
    .replace(/[()]/g, '')
    .replaceAll(' | ', ' or ')
    .toLowerCase();
  return `expected ${expected}, found ${kindOf(issue.input)}`;
}
