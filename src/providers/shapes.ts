/** Shapes that the payloads of several providers share. A field may be missing, but not be of another type. */
import * as v from 'valibot';

/** An opaque id, a reference or a code: text or a number, as one provider may write both. */
export const id = v.nullish(v.union([v.string(), v.number()]));
export const text = v.nullish(v.string());

/** An object whose known fields are checked. Other fields pass. */
export const object = (entries: v.ObjectEntries) => objectOr(v.looseObject(entries), false);

/** The same for an object that may be written `[]` when it is empty. */
export const emptyListOr = (schema: v.GenericSchema) => objectOr(schema, true);

/** Valibot's objects and records let arrays pass; these do not. */
const refused = v.pipe(
  v.unknown(),
  v.check(() => false, 'expected object, found array'),
);
const objectOr = (schema: v.GenericSchema, isEmptyListFine: boolean) =>
  v.lazy((input): v.GenericSchema => {
    if (!Array.isArray(input)) return schema;
    return isEmptyListFine && input.length === 0 ? v.unknown() : refused;
  });
