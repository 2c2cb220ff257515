/**
 * MACs that only this deployment can make, under both of its secrets together. What carries one needs no storage, holds on
 * every isolate, and ends when ADMIN_TOKEN or SECRETS_KEY changes. `text` begins with what it is for, so that a MAC made for one
 * purpose is none for another.
 */
const encoder = new TextEncoder();

export type MacEnv = Pick<Env, 'ADMIN_TOKEN' | 'SECRETS_KEY'>;

/** 32 bytes. */
export async function macOf(env: MacEnv, text: string): Promise<Uint8Array> {
  const secret = encoder.encode(`${env.SECRETS_KEY}\n${env.ADMIN_TOKEN}`);
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', secret, hmac, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
}
