/** Applies the house rules to what was read. Each function returns the offences, as sentences that name the file. */
import { LONGEST, type LongFiles, type Packages, type Rooms } from './rules';
import type { Import, SourceFile } from './source';

/** Rooms that name a room at or below their own line: such a table would allow a circle of rooms. */
export function roomsOutOfOrder(rooms: Rooms): string[] {
  const names = Object.keys(rooms);
  return names.flatMap((room, at) =>
    (rooms[room] ?? [])
      .filter(other => !names.slice(0, at).includes(other))
      .map(other => `${room} names ${other}, which has no line above it`),
  );
}

/** Files without a room, and rooms without a file. */
export function roomsAndFilesApart(files: readonly SourceFile[], rooms: Rooms): string[] {
  const homes = files.map(({ path }) => ({ path, room: roomOf(path, Object.keys(rooms)) }));
  const lived = new Set(homes.map(({ room }) => room));
  return [
    ...homes.filter(({ room }) => room === undefined).map(({ path }) => `${path} has no room`),
    ...unused(Object.keys(rooms), room => lived.has(room), 'room'),
  ];
}

/** Imports from a room of a room that its line does not name. */
export function importsAgainstRooms(imports: readonly Import[], rooms: Rooms): string[] {
  const names = Object.keys(rooms);
  return imports.flatMap(({ from, to }) => {
    const [room, other] = [roomOf(from, names), roomOf(to, names)];
    if (room === undefined || other === undefined || room === other) return [];
    return rooms[room]?.includes(other) ? [] : [`${from} imports ${to}: ${room} may not import ${other}`];
  });
}

/** Imports of packages and platform modules by anyone else than the table says, or of some that it does not have. */
export function packagesElsewhere(imports: readonly Import[], packages: Packages): string[] {
  const outside = imports.filter(({ to }) => !to.startsWith('src/'));
  const nameOf = (to: string) =>
    Object.keys(packages).find(name => to === name || to.startsWith(`${name}/`)) ?? to;
  return [
    ...outside
      .filter(({ from, to }) => roomOf(from, packages[nameOf(to)] ?? []) === undefined)
      .map(({ from, to }) => `${from} imports ${to}`),
    ...Object.entries(packages).flatMap(([name, places]) =>
      unused(
        places,
        place => outside.some(({ from, to }) => nameOf(to) === name && roomOf(from, [place]) !== undefined),
        `place for ${name}`,
      ),
    ),
  ];
}

/** Files with SQL anywhere else. */
export function sqlElsewhere(files: readonly SourceFile[], places: readonly string[]): string[] {
  const withSql = files.filter(({ usesSql }) => usesSql);
  return [
    ...withSql
      .filter(({ path }) => roomOf(path, places) === undefined)
      .map(({ path }) => `${path} speaks SQL`),
    ...unused(
      places,
      place => withSql.some(({ path }) => roomOf(path, [place]) !== undefined),
      'place for SQL',
    ),
  ];
}

/** Files that are too long, and exceptions that nothing needs any more. */
export function tooLong(files: readonly SourceFile[], exceptions: LongFiles): string[] {
  const long = files.filter(({ lines }) => lines > LONGEST);
  return [
    ...long
      .filter(({ path }) => !(path in exceptions))
      .map(({ path, lines }) => `${path} has ${lines} lines`),
    ...unused(
      Object.keys(exceptions),
      exception => long.some(({ path }) => path === exception),
      'exception for long files',
    ),
  ];
}

/**
 * The room of a file, of several the one with the longest name; undefined for a file in none of them. The room `src` has
 * the files directly in src/ and not those in its folders, so that a new folder needs a line of its own.
 */
function roomOf(path: string, rooms: readonly string[]): string | undefined {
  const place = path.slice('src/'.length, -'.ts'.length);
  const fits = rooms.filter(room => place === room || place.startsWith(`${room}/`));
  const [longest] = fits.toSorted((a, b) => b.length - a.length);
  return longest ?? (rooms.includes('src') && !place.includes('/') ? 'src' : undefined);
}

function unused(names: readonly string[], isUsed: (name: string) => boolean, what: string): string[] {
  return names.filter(name => !isUsed(name)).map(name => `no need for the ${what} ${name}`);
}
