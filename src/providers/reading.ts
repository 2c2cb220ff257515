import type { Issue } from './provider';

/** One thing read out of a payload: what could be read, and what is wrong with it. A value may come with an issue. */
export type Reading<T> = { value: T; issues: Issue[] };
