/** A problem answer as it is for every request. */
export const withoutRequestId = (text: string): string => text.replace(/,"request_id":"[\w-]+"/, '');
