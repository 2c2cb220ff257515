/**
 * The file that keeps gateways and their tokens: `profiles.json`, which only its owner may read. One that others may read is
 * refused, as their tokens are in it.
 */
import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EXIT, Stop } from '../ending';

export type Profile = { url: string; token: string };

/** `current`: the one that is used where none is named; null where there is none. */
export type Profiles = { current: string | null; profiles: Readonly<Record<string, Profile>> };

export type Environment = Readonly<Record<string, string | undefined>>;

export const NO_PROFILES: Profiles = { current: null, profiles: {} };

/** The folder of settings; `GAPLESS_HOME` replaces it. */
export function settingsFolder(env: Environment): string {
  if (env.GAPLESS_HOME) return env.GAPLESS_HOME;
  const roaming = process.platform === 'win32' ? env.APPDATA : undefined;
  return join(env.XDG_CONFIG_HOME || roaming || join(homedir(), '.config'), 'gapless');
}

const pathIn = (env: Environment): string => join(settingsFolder(env), 'profiles.json');

export async function readProfiles(env: Environment): Promise<Profiles> {
  const path = pathIn(env);
  const found = await stat(path).catch(() => null);
  if (found === null) return NO_PROFILES;
  // Windows has no such bits.
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0)
    throw new Stop(
      EXIT.usage,
      `${path} has tokens in it, and others may read it. Mend it: chmod 600 ${path}`,
    );
  const profiles = parsed(await readFile(path, 'utf8'));
  if (profiles === null) throw new Stop(EXIT.usage, `${path} is not what gapless login writes.`);
  return profiles;
}

/** Appears whole or not at all. */
export async function writeProfiles(env: Environment, profiles: Profiles): Promise<void> {
  const path = pathIn(env);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600 });
  // The mode above counts for a new file only, and less the umask.
  await chmod(draft, 0o600);
  await rename(draft, path);
}

function parsed(text: string): Profiles | null {
  try {
    const { current, profiles }: Partial<Profiles> = JSON.parse(text);
    const isWhole = Object.values(profiles ?? {}).every(
      ({ url, token }) => typeof url === 'string' && typeof token === 'string',
    );
    return profiles === undefined || !isWhole ? null : { current: current ?? null, profiles };
  } catch {
    return null;
  }
}
