/**
 * `ETag` and `If-Match` (RFC 9110 sections 8.8.3 and 13.1.1) on webhooks: a webhook's tag is the version of its record,
 * which every change raises, those of its destinations too. Two editors who send what they read as `If-Match` cannot
 * overwrite each other; without the header a change applies to whatever there is.
 */

/** Whether a change may be made to this version. */
export type Precondition = (version: number) => boolean;

export const etagOf = (version: number): string => `"${version}"`;

/** What an `If-Match` header asks for; a list matches any of its tags, `*` everything, weak tags never match. */
export function preconditionOf(header: string | undefined): Precondition {
  if (header === undefined || header.trim() === '*') return () => true;
  const tags = header.split(',').map(tag => tag.trim());
  return version => tags.includes(etagOf(version));
}
