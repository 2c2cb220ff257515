/** JSON values that are almost right. */
import * as fc from 'fast-check';

/** Values that have surprised adapters before. */
const odd = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    null,
    {},
    [],
    [[]],
    { toString: 1, valueOf: 2, toJSON: 3, length: -1 },
    '\u0000',
    '\ud800',
    '__proto__',
    'x'.repeat(2000),
    1e308,
    -1,
    0.5,
    2 ** 53,
  ),
);

/** A document with one place of it, at any depth, replaced or removed. */
export function mutationsOf(documents: unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...documents), fc.nat(), odd, fc.boolean())
    .map(([document, at, value, remove]) => {
      const copy = structuredClone(document);
      const places: [Record<string, unknown>, string][] = [];
      const walk = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return;
        for (const key of Object.keys(node)) {
          const parent = node as Record<string, unknown>;
          places.push([parent, key]);
          walk(parent[key]);
        }
      };
      walk(copy);
      const place = places[at % places.length];
      if (place === undefined) return value;
      if (remove) delete place[0][place[1]];
      else place[0][place[1]] = value;
      return copy;
    });
}
