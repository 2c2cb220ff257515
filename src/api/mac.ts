/**
 * MACs that only this deployment can make, under both of its secrets together. What carries one needs no storage, holds on
 * every isolate, and ends when ADMIN_TOKEN or SECRETS_KEY changes. `text` begins with what it is for, so that a MAC made for one
 * purpose is none for another.
 */
const encoder = new TextEncoder();

export type MacEnv = Pick<Env, 'ADMIN_TOKEN' | 'SECRETS_KEY'>;

/** 32 bytes. */
export const macOf = (env: MacEnv, text: string): Promise<Uint8Array> =>
  hmacSha256(`${env.SECRETS_KEY}\n${env.ADMIN_TOKEN}`, text);

/** 32 bytes under SECRETS_KEY alone: who does not have that can neither make them nor try texts. @param purpose what they are for */
export const keyedDigest = (env: Env, purpose: string, text: string): Promise<Uint8Array> =>
  hmacSha256(`${purpose}\n${env.SECRETS_KEY}`, text);

async function hmacSha256(secret: string, text: string): Promise<Uint8Array> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), hmac, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
}
