/** The name of an error, for the log. Its message is not logged, because it may quote stored data. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : '');
