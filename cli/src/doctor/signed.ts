/** A request that is signed here, by Standard Webhooks. */
import { randomBytes } from 'node:crypto';
import { standardSignature } from '../../../src/delivery/standard-webhooks';

/** A secret of nobody, to sign with or to forge with. */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;

/** The headers of a JSON body. */
export async function signedHeaders(secret: string, body: Uint8Array): Promise<Record<string, string>> {
  const id = `msg_${randomBytes(8).toString('hex')}`;
  const timestamp = Math.floor(Date.now() / 1000);
  return {
    ...{ 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': String(timestamp) },
    'webhook-signature': await standardSignature([secret], { id, timestamp, body }),
  };
}
