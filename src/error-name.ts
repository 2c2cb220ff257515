/** What the log may say of an error. */

const MAX_CHARACTERS = 200;

/** The name of an error, for the log. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : '');

/**
 * What the platform says by itself: limits, resets, storage, the network. Any other message may quote stored data or a
 * request, wherever it was made.
 */
const OF_THE_RUNTIME =
  /^internal error|durable object|subrequest|overloaded|too many|exceeded|SQLITE_|database|network connection lost|\bKV (?:GET|PUT|DELETE)\b|429|memory|code has been updated|reset|invocation|storage operation|timed? ?out|alarm/i;

/** Addresses and quoted texts, which the platform's messages may contain. */
const QUOTED = /[a-z][a-z0-9+.-]*:\/\/\S+|"[^"]*"?|`[^`]*`?|(?<!\w)'[^']*'?/gi;

/** The message of an error where it is the runtime's own, for the log: its limits are known by their messages. Else empty. */
export function errorMessage(error: unknown): string {
  if (!(error instanceof Error) || error instanceof SyntaxError || !OF_THE_RUNTIME.test(error.message))
    return '';
  return error.message.replaceAll(QUOTED, '…').slice(0, MAX_CHARACTERS);
}

/** Both, as fields of a line. */
export const errorFields = (error: unknown): { name: string; message: string } => ({
  name: errorName(error),
  message: errorMessage(error),
});
