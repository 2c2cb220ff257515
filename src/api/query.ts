/**
 * Query parameters: whole numbers with their bounds, and words out of a list. Anything else is an error naming the
 * parameter.
 */

import type { FieldError } from '../input/field-errors';
import { meant } from '../input/nearest';
import { err, ok, type Result } from '../result';

type Bounds = { min: number; max: number; fallback: number };

/** Reads each named parameter; an absent one has its fallback. */
export function wholeParameters<K extends string>(
  query: Record<string, string>,
  wanted: Record<K, Bounds>,
): Result<Record<K, number>, FieldError[]> {
  const errors: FieldError[] = [];
  const values: Partial<Record<K, number>> = {};
  for (const name in wanted) {
    const { min, max, fallback } = wanted[name];
    const text = query[name];
    const value = text === undefined ? fallback : /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) values[name] = value;
    else
      errors.push({
        path: `query:${name}`,
        message: `must be a whole number from ${min} to ${max}; given: ${shown(text ?? '')}`,
      });
  }
  return errors.length > 0 ? err(errors) : ok(values as Record<K, number>);
}

/** A parameter that is one of these words; null where it is absent. */
export function oneOfParameter<T extends string>(
  name: string,
  given: string | undefined,
  words: readonly T[],
): Result<T | null, FieldError[]> {
  if (given === undefined) return ok(null);
  const word = words.find(candidate => candidate === given);
  if (word !== undefined) return ok(word);
  return err([
    {
      path: `query:${name}`,
      message: `must be one of ${words.join(', ')}; given: ${shown(given)}${meant(given, words)}`,
    },
  ]);
}

/** A parameter that says yes or no, as fields of bodies do; no where it is absent. */
export function flagParameter(name: string, given: string | undefined): Result<boolean, FieldError[]> {
  const word = oneOfParameter(name, given, ['true', 'false', '1', '0']);
  return word.ok ? ok(word.value === 'true' || word.value === '1') : word;
}

/** Longest part of a value that is given back. */
const MAX_SHOWN_CHARACTERS = 60;

/** The value of a parameter as an error shows it. */
export const shown = (text: string): string => JSON.stringify(text.slice(0, MAX_SHOWN_CHARACTERS));
