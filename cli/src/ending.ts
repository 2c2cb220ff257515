/** How a command ends, for scripts. docs/cli.md has the table. */
export const EXIT = {
  done: 0,
  /** It was tried and failed, or what was asked for is not there. */
  failed: 1,
  /** The command, or a value given to it, is not as it should be. */
  usage: 2,
  /** The gateway does not answer, or does not take the token. */
  noAccess: 3,
  /** `--exit-code`: there is something to look at. */
  found: 4,
  /** Ctrl-C, as shells count it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * Ends a command with a sentence for whoever ran it. Thrown from anywhere in the shell of a command and caught in one place,
 * `command.ts`, as nothing is left to do but to say it. What is pure answers with values, and any other exception is a bug.
 */
export class Stop extends Error {
  readonly exitCode: ExitCode;
  /** The gateway's own words, for `--json`. */
  readonly problem: unknown;

  constructor(exitCode: ExitCode, message: string, problem?: unknown) {
    super(message);
    this.exitCode = exitCode;
    this.problem = problem;
  }
}
