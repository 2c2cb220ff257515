/**
 * Names, which may stand wherever an id may: which ones are allowed, and the destination that one means. Pure.
 *
 * Webhooks and destinations of earlier releases may have names that would be refused today, or share one. They keep them until they
 * are renamed; what is shared means nothing, and their ids do.
 */
import { nearest } from '../input/nearest';
import type { DestinationRecord } from './webhook';

type Named = Pick<DestinationRecord, 'id' | 'name'>;

/** A name as it is kept: without blanks around it, and with one way to write each letter, so that what looks the same is the same. */
export const normalName = (name: string): string => name.trim().normalize('NFC');

/** A name that was given. @param current the name that it has, which stays as it is */
export const keptName = (name: string | null, current: string | null): string | null =>
  name === null || name === current ? name : normalName(name);

/** Whether both are the same name. */
export const isSameName = (one: string | null | undefined, other: string): boolean =>
  one != null && (one === other || normalName(one) === normalName(other));

/** Why nothing can be named so, or null. */
export function unaddressable(name: string): string | null {
  if (/^[\p{Z}\p{Cf}]*$/u.test(name)) return 'must have a character that can be seen';
  if (name === '.' || name === '..') return 'must not be "." or "..": in an address it leads elsewhere';
  return null;
}

/** Why a webhook cannot be named so, or null. @param current the name that it has */
export function webhookNameProblem(name: string | null, current: string | null): string | null {
  if (name === null || name === current) return null;
  return /^\d+$/.test(name) ? 'must not be a number: it would be taken for an id' : unaddressable(name);
}

/** The same for a destination. */
export function destinationNameProblem(name: string | null, current: string | null): string | null {
  if (name === null || name === current) return null;
  if (!/^(dst_|operations$)/.test(name)) return unaddressable(name);
  return 'must not look like the id of a destination ("dst_…", "operations")';
}

/**
 * The index of a destination whose new name another one has, or -1. Names that two had before are theirs.
 * @param before the destinations as they were
 */
export function indexOfTakenName(before: readonly Named[], after: readonly Named[]): number {
  return after.findIndex(
    ({ id, name }, index) =>
      name !== null &&
      before.find(other => other.id === id)?.name !== name &&
      after.some((other, place) => place !== index && isSameName(other.name, name)),
  );
}

export const takenDestinationName = 'is the name of another destination of this webhook';

type Found<D> =
  | { kind: 'one'; destination: D }
  /** Several have the name. */
  | { kind: 'several'; ids: string[] }
  /** `meant`: the names that are nearest. */
  | { kind: 'none'; meant: string[] };

/** The destination that an id or a name means; an id goes before a name. */
export function destinationMeant<D extends Named>(destinations: readonly D[], text: string): Found<D> {
  const byId = destinations.find(({ id }) => id === text);
  if (byId !== undefined) return { kind: 'one', destination: byId };
  const [named, ...others] = destinations.filter(({ name }) => isSameName(name, text));
  if (named === undefined) {
    const names = destinations.flatMap(({ id, name }) => (name === null ? [id] : [name, id]));
    return { kind: 'none', meant: nearest(text, names) };
  }
  if (others.length === 0) return { kind: 'one', destination: named };
  return { kind: 'several', ids: [named, ...others].map(({ id }) => id) };
}
