/** Times as the API writes them. */

/** RFC 3339 in UTC with milliseconds. @param ms since 1970 */
export const timeText = (ms: number): string => new Date(ms).toISOString();

/** The same, of a time that may not have come. */
export const timeOrNull = (ms: number | null): string | null => (ms === null ? null : timeText(ms));
