import type { Issue } from './provider';

/** What was read from one place of a payload, and what is wrong with it. There may be both a value and issues. */
export type Reading<T> = { value: T; issues: Issue[] };
