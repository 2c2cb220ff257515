/**
 * How far a listener has come: a file for each gateway, webhook and target, so that two listeners do not disturb each other.
 * It has the secret that signs, too, so only its owner may read it.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeSecret } from '../../../src/delivery/standard-webhooks';
import { EXIT, Stop } from '../ending';
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
      const kept = placeIn(await textOf(path));
      if (kept === 'damaged')
        throw new Stop(
          EXIT.failed,
          `${path} is not what gapless listen writes. Remove it, and say where to begin: --since 1h.`,
        );
      return (
        kept ?? {
          id: `lsn_${randomBytes(8).toString('hex')}`,
          secret: encodeSecret(randomBytes(32)),
          cursor: null,
        }
      );
    },
    async write(place) {
      try {
        await put(place);
      } catch (error) {
        // Without it, all would come again.
        throw new Stop(EXIT.failed, `${path} cannot be written: ${codeOf(error)}`);
      }
    },
  };

  async function put(place: Place): Promise<void> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}`;
    await writeFile(draft, `${JSON.stringify(place)}\n`, { mode: 0o600 });
    // The mode above counts for a new file only, and less the umask.
    await chmod(draft, 0o600);
    await rename(draft, path);
  }
}

/** Null where there is no file. */
async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw new Stop(EXIT.failed, `${path} cannot be read: ${codeOf(error)}`);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : String(error);

function placeIn(text: string | null): Place | 'damaged' | null {
  if (text === null) return null;
  try {
    const { id, secret, cursor }: Partial<Place> = JSON.parse(text);
    const isWhole = typeof id === 'string' && typeof secret === 'string';
    return isWhole ? { id, secret, cursor: cursor ?? null } : 'damaged';
  } catch {
    return 'damaged';
  }
}
