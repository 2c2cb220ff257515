/** JSON pointers (RFC 6901) as paths: lists of unescaped reference tokens. */

/** The path of a pointer; null when it is not a pointer. `""` is the whole document, an empty path. */
export function parsePointer(pointer: string): string[] | null {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return null;
  return pointer
    .slice(1)
    .split('/')
    .map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The pointer of a path. */
export const formatPointer = (path: readonly string[]): string =>
  path.map(token => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
