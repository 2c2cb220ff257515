/** What samples are signed with: a secret or key that was given, or for a forgery one made up here. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { Provider } from '../../../src/providers/provider';
import { EXIT, Stop } from '../ending';
import { contentOf } from '../given/document';
import type { Environment } from '../settings/profiles';
import type { Signer } from './own-signature';
import { keyIn, keyText, newKey, publicText, takesKey } from './signing-key';

export type SignerOptions = { secret?: string; key?: string; forge?: boolean };

export async function signerOf(
  { title, scheme }: Provider,
  { secret, key, forge }: SignerOptions,
  env: Environment,
): Promise<Signer> {
  if (takesKey(scheme)) {
    if (forge === true) return { secret: '', key: newKey(scheme) };
    if (key === undefined)
      throw new Stop(
        EXIT.usage,
        `${title} signs with a private key. --new-key FILE makes one, --key FILE signs with it.`,
      );
    const read = keyIn((await contentOf(key)).toString(), scheme);
    if (!read.ok) throw new Stop(EXIT.usage, `${key}: ${read.error}`);
    return { secret: '', key: read.value };
  }
  if (key !== undefined) throw new Stop(EXIT.usage, `${title} signs with a secret, not with a private key.`);
  // Hex is hex, base64 and text: it can be a key of every scheme.
  if (forge === true) return { secret: randomBytes(24).toString('hex'), key: null };
  const given = secret ?? env.GAPLESS_SECRET;
  if (!given) throw new Stop(EXIT.usage, 'No secret is given: set GAPLESS_SECRET.');
  return { secret: given, key: null };
}

/** Writes a private key to a file for its owner alone, and answers its public key as the webhook's `secret_key` takes it. */
export async function makeKey({ title, scheme }: Provider, file: string): Promise<string> {
  if (!takesKey(scheme))
    throw new Stop(EXIT.usage, `${title} signs with a secret, not with a private key: set GAPLESS_SECRET.`);
  const key = newKey(scheme);
  // A key that is there already is somebody's.
  await writeFile(file, keyText(key), { mode: 0o600, flag: 'wx' }).catch((error: Error) => {
    throw new Stop(EXIT.failed, error.message);
  });
  return publicText(key, scheme);
}
