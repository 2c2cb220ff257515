import type { Template } from './message';
import type { JsonReference } from './parsed-body';
import type { Reference } from './request-view';
import type { Scheme } from './scheme';
import type { Place } from './signatures';

/** A scheme as `compile.ts` leaves it: everything in it that is text is parsed. */
export type CompiledScheme = {
  scheme: Scheme;
  /** Where signatures stand, one per entry of `scheme.sig`. */
  places: Place[];
  /** The messages that may have been signed, one per entry of `scheme.msg`. */
  templates: Template[];
  /** Every place in the body's JSON that is read to verify. */
  pointers: JsonReference[];
  /** Where the time is; null where the scheme has none. */
  timestamp: Reference | null;
  /** Where the digest of the body is; null where the scheme has none. */
  digest: Reference | null;
  /** Path of the array whose elements verify one by one; null where the request verifies as a whole. */
  each: string[] | null;
};
