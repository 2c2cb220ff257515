/** How full a webhook's storage is: worked out here alone, and shown by everyone else. */

/** Of what it may store, with one decimal. */
export const storagePercent = ({
  usedBytes,
  limitBytes,
}: {
  usedBytes: number;
  limitBytes: number;
}): number => Math.round((1000 * usedBytes) / limitBytes) / 10;
