/** The public id of a SECRETS_KEY, as the gateway names it: `deriveKey` of src/subscriptions/sealing.ts. */
import { hkdfSync } from 'node:crypto';

/** 8 hex characters; says nothing about the key. */
export function keyIdOf(secretsKey) {
  const bytes = hkdfSync('sha256', secretsKey, 'gapless', 'seal secrets v1', 36);
  return Buffer.from(bytes).subarray(32).toString('hex');
}
