/** What a gateway can be measured by without changing anything: with a key of its own self-test, which only the admin token gets. */
import type { Schemas } from '../gateway/api';
import type { Gateway } from '../gateway/gateway';
import { type Finding, objectFinding, signatureFinding } from './judge';
import { newSecret, signedHeaders } from './signed';

export type SelfTest = Schemas['SelfTest'];

/** Null for a token that may not. */
export async function selfTestOf({ ask }: Gateway): Promise<SelfTest | null> {
  const begun = await ask('post', '/v1/self_test');
  return begun.ok ? begun.value : null;
}

export async function measured(gateway: Gateway, { key, destination_secret }: SelfTest): Promise<Finding[]> {
  const woken = await gateway.ask('post', '/v1/self_test/waking', { body: { key, couriers: 1 } });
  const [first] = woken.ok ? woken.value.couriers : [];
  const objects: Finding =
    first === undefined
      ? { check: 'a new object', verdict: 'wrong', found: 'does not answer' }
      : objectFinding(first.first_ms);
  const send = (secret: string) => received(gateway, key, secret);
  return [objects, signatureFinding(await send(destination_secret), await send(newSecret()))];
}

/** The status with which the gateway's own receiver answers a request that is signed here. */
async function received(gateway: Gateway, key: string, secret: string): Promise<number> {
  const body = new TextEncoder().encode('{"gapless":"doctor, é"}');
  const headers = new Headers(await signedHeaders(secret, body));
  const path = `/self_test/receiver?key=${encodeURIComponent(key)}`;
  return (await gateway.request('post', path, { body, headers })).status;
}
