/**
 * Names, which may stand wherever an id may: which ones are allowed, and the destination that one means. Pure.
 *
 * Webhooks and destinations of earlier releases may have names that would be refused today, or share one. They keep them until they
 * are renamed; what is shared means nothing, and their ids do.
 */
import { nearest } from '../input/nearest';
import type { DestinationRecord } from './webhook';

type Named = Pick<DestinationRecord, 'id' | 'name'>;

/** Why a webhook cannot be named so, or null. @param current the name that it has */
export function webhookNameProblem(name: string | null, current: string | null): string | null {
  if (name === null || name === current || !/^\d+$/.test(name)) return null;
  return 'must not be a number: it would be taken for an id';
}

/** The same for a destination. */
export function destinationNameProblem(name: string | null, current: string | null): string | null {
  if (name === null || name === current || !/^(dst_|operations$)/.test(name)) return null;
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
      after.some((other, place) => place !== index && other.name === name),
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
  const [named, ...others] = destinations.filter(({ name }) => name === text);
  if (named === undefined) {
    const names = destinations.flatMap(({ id, name }) => (name === null ? [id] : [name, id]));
    return { kind: 'none', meant: nearest(text, names) };
  }
  if (others.length === 0) return { kind: 'one', destination: named };
  return { kind: 'several', ids: [named, ...others].map(({ id }) => id) };
}
