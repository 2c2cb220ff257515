/**
 * What is wrong with one field of a management request, as the API answers it: where, which kind of value was
 * given, what is allowed. Never the value itself: it may be a secret.
 */
import type * as v from 'valibot';
import { kindOf } from '../json/kind';
import { formatPointer } from '../json/pointer';
import { LIMITS } from '../limits';

export type FieldError = {
  /** JSON pointer into the request body (`/destinations/0/url`; empty: the body itself), or `query:name`. */
  path: string;
  message: string;
};

/** Longest part of a field name that is given back. */
const MAX_NAME_CHARACTERS = 60;

/** JSON pointer of these keys; long names are cut. */
const pointer = (keys: readonly string[]) =>
  formatPointer(keys.map(key => key.slice(0, MAX_NAME_CHARACTERS)));

/** The kind of what was given, in words. */
function given(value: unknown): string {
  if (value === '') return 'empty text';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a fraction';
  if (typeof value === 'boolean') return String(value);
  switch (kindOf(value)) {
    case 'object':
      return 'an object';
    case 'array':
      return 'a list';
    case 'null':
      return 'null';
    default:
      return 'text';
  }
}

/**
 * Valibot's issues in the gateway's words. Schemas carry what is allowed as their message (`must be …`); the kind
 * of the value is added here. Valibot's own messages quote values, so a schema without a message must not be used.
 */
export function fieldErrors(issues: readonly v.BaseIssue<unknown>[], prefix = ''): FieldError[] {
  return issues.slice(0, LIMITS.MAX_ISSUES).map(issue => {
    const keys = (issue.path ?? []).map(item => String(item.key));
    return { path: prefix + pointer(keys), message: wording(issue) };
  });
}

function wording(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object') return issue.expected === 'never' ? issue.message : 'is required';
  if (issue.type === 'raw_check' || issue.type === 'raw_transform') return issue.message;
  return `${issue.message}; given: ${given(issue.input)}`;
}

/**
 * What a merge patch must not carry: fields that are changed elsewhere or never (`fixed`: field → why), and unknown
 * ones, which a null would otherwise remove without a word.
 */
export function refusedFields(
  patch: Record<string, unknown>,
  known: readonly string[],
  fixed: Readonly<Record<string, string>>,
): FieldError[] {
  return Object.keys(patch)
    .filter(field => !known.includes(field))
    .slice(0, LIMITS.MAX_ISSUES)
    .map(field => ({
      path: pointer([field]),
      message:
        Object.entries(fixed).find(([name]) => name === field)?.[1] ??
        `unknown field; known are ${known.join(', ')}`,
    }));
}
