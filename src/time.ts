/**
 * Times as texts, to and from ms since 1970. A text that is no time is null: it orders nothing, it blocks nothing.
 */

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/** A date-time of RFC 3339 (section 5.6), cut to ms; null for anything else. A leap second is read as the second after. */
export function parseRfc3339(text: string): number | null {
  const match = RFC3339.exec(text);
  if (match === null) return null;
  const part = (group: number): number => Number(match[group] ?? 0);
  const date = new Date(0);
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(part(1), part(2) - 1, part(3));
  // 30 February would have become 2 March.
  if (date.getUTCMonth() !== part(2) - 1 || date.getUTCDate() !== part(3)) return null;
  const offsetMinutes = (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10));
  const seconds = (part(4) * 60 + part(5) - offsetMinutes) * 60 + part(6);
  return date.getTime() + seconds * 1000 + Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
}

/** The last second of the year 9999. A larger number is not a time in seconds. */
const MAX_UNIX_SECONDS = 253_402_300_799;

/** Whole seconds since 1970, as a number or a string of digits; null for anything else. */
export function parseUnixSeconds(value: unknown): number | null {
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  const isTime = typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0;
  return isTime && seconds <= MAX_UNIX_SECONDS ? seconds * 1000 : null;
}

/** RFC 3339 in UTC with milliseconds. @param ms since 1970 */
export const timeText = (ms: number): string => new Date(ms).toISOString();

/** The same, of a time that may not have come. */
export const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeText(ms));
