/**
 * What is wrong with one field of a management request, as the API answers it: where, what was given, what is allowed, and what
 * may have been meant. A value is shown only where it cannot well be a secret: a number in the place of a number, and
 * a plain word in the place of one out of a list. Of others their kind is told.
 */
import type * as v from 'valibot';
import { kindOf } from '../json/kind';
import { formatPointer } from '../json/pointer';
import { LIMITS } from '../limits';
import { meant } from './nearest';

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
  const { type, message, input } = issue;
  if (type === 'strict_object') return issue.expected === 'never' ? message : 'is required';
  if (type === 'raw_check' || type === 'raw_transform') return message;
  if (type === 'picklist' && typeof input === 'string' && PLAIN_WORD.test(input)) {
    return `${message}; given: "${input}"${meant(input, optionsOf(issue))}`;
  }
  const isNumberThere = typeof input === 'number' && type !== 'string';
  return `${message}; given: ${isNumberThere ? input : given(input)}`;
}

/** A word as lists of allowed ones have it. No secret worth its name looks like that. */
const PLAIN_WORD = /^[a-z]+(?:[_-][a-z]+)*$/i;

/** The words of a list, as Valibot tells them: `("quarantine" | "reject")`. */
const optionsOf = ({ expected }: v.BaseIssue<unknown>): string[] =>
  [...(expected ?? '').matchAll(/"([^"]*)"/g)].map(([, word = '']) => word);

/** That a field is not known, which ones are, and which of them may have been meant. */
export const unknownField = (field: string, known: readonly string[]): string =>
  `unknown field; known are ${known.join(', ')}${meant(field, known)}`;

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
      message: Object.entries(fixed).find(([name]) => name === field)?.[1] ?? unknownField(field, known),
    }));
}
