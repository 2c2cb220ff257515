/**
 * Errors by which the platform says that a limit of its own was reached: subrequests, invocations, an overloaded object.
 * Nothing was sent then, or nothing is known; a receiver has no part in it. They have no class: only their words, or a mark.
 */
const WORDS =
  /too many (?:subrequests|api requests|worker invocations|requests queued|concurrent)|subrequest depth|exceeded [a-z ]*limit|exceeded its [a-z ]*limit|limit exceeded|overloaded/i;

export function isPlatformLimit(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('overloaded' in error && error.overloaded === true) || WORDS.test(error.message);
}
