/** Values of options and arguments, as commander reads them: what is wrong with one is a usage error that shows it. */
import { InvalidArgumentError } from 'commander';
import { timeOf } from './output/times';

/** A whole number between two others. */
export const wholeNumber =
  (min: number, max = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    const range = max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`;
    throw new InvalidArgumentError(`Must be a whole number, ${range}.`);
  };

/** A time, or how long ago. */
export function timeValue(text: string): string {
  const time = timeOf(text, Date.now());
  if (time.ok) return time.value;
  throw new InvalidArgumentError(`It ${time.error}.`);
}

/** An option that may be given several times. */
export const several = (text: string, before: readonly string[] = []): string[] => [...before, text];
