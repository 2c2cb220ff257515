/** What is logged of an error: its kind only, for a message may quote what is stored. */
export const errorName = (error: unknown): string => (error instanceof Error ? error.name : '');
