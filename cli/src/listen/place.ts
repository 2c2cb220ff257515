/**
 * How far a listener has come: a file for each gateway, webhook and target, so that two listeners do not disturb each other.
 * It has the secret that signs, too, so only its owner may read it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeSecret } from '../../../src/delivery/standard-webhooks';
import type { Environment } from '../settings/profiles';

export type Place = {
  /** The part of `webhook-id` that is this listener's own. */
  id: string;
  /** `whsec_…` */
  secret: string;
  /** After the last event that was acknowledged; null before the first time. */
  cursor: string | null;
};

export type PlaceFile = { read(): Promise<Place>; write(place: Place): Promise<void> };

/** @param of the address of the gateway, the id of the webhook, and the target */
export function placeFile(
  env: Environment,
  of: readonly [url: string, webhook: number, to: string],
): PlaceFile {
  const name = createHash('sha256').update(JSON.stringify(of)).digest('hex').slice(0, 32);
  const state = env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  const path = join(env.GAPLESS_HOME || join(state, 'gapless'), 'listen', `${name}.json`);
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch(() => null);
      if (text !== null) return JSON.parse(text);
      return {
        id: `lsn_${randomBytes(8).toString('hex')}`,
        secret: encodeSecret(randomBytes(32)),
        cursor: null,
      };
    },
    async write(place) {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.${process.pid}`;
      await writeFile(draft, `${JSON.stringify(place)}\n`, { mode: 0o600 });
      // The mode above counts for a new file only, and less the umask.
      await chmod(draft, 0o600);
      await rename(draft, path);
    },
  };
}
