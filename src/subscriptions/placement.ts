/**
 * Where a webhook's object keeps its events: a jurisdiction, which is a promise, and a hint, which is none. Both are for good.
 *
 * The jurisdiction is part of the identity of an object: the same name in another one is another object. So it has to be known
 * before the object is asked, also where KV knows nothing of the webhook yet. Therefore the id tells it, and with the id the address.
 */

export const JURISDICTIONS = ['eu', 'fedramp', 'us'] as const;
export const LOCATION_HINTS = [
  ...(['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'apac-ne', 'apac-se', 'oc', 'afr', 'me'] as const),
] as const;

export type Jurisdiction = (typeof JURISDICTIONS)[number];
export type LocationHint = (typeof LOCATION_HINTS)[number];

export type Placement = { jurisdiction: Jurisdiction | null; locationHint: LocationHint | null };

/** What finds an object. The hint matters to the first call for an id alone. */
export type ObjectAddress = {
  id: number;
  jurisdiction: Jurisdiction | null;
  locationHint?: LocationHint | null;
};

/** The first 12 of an id's 53 bits, for the ids of a jurisdiction. In addresses that providers have, so for good. */
const TAGS: Record<Jurisdiction, number> = { eu: 0xe00, fedramp: 0xf00, us: 0xd00 };
const BELOW_THE_TAG = 2 ** 41;

/** A random id as one of this jurisdiction. */
export function idIn(jurisdiction: Jurisdiction | null, id: number): number {
  return jurisdiction === null ? id : TAGS[jurisdiction] * BELOW_THE_TAG + (id % BELOW_THE_TAG || 1);
}

/**
 * Where the object of an id can be, in the order to ask. One in a thousand ids without a jurisdiction looks like one with: they are
 * all 53 bits, and some were given before there were jurisdictions.
 */
export function addressesOf(id: number): ObjectAddress[] {
  const tag = Math.floor(id / BELOW_THE_TAG);
  const tagged = JURISDICTIONS.filter(jurisdiction => TAGS[jurisdiction] === tag);
  return [...tagged, null].map(jurisdiction => ({ id, jurisdiction }));
}

/** The placement in a document that is not validated yet: what is none of these counts as none. */
export function placementGiven({ jurisdiction, location_hint }: Record<string, unknown>): Placement {
  return {
    jurisdiction: JURISDICTIONS.find(one => one === jurisdiction) ?? null,
    locationHint: LOCATION_HINTS.find(one => one === location_hint) ?? null,
  };
}
