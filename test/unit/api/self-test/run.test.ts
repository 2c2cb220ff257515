import { describe, expect, it } from 'vitest';
import { destinationSecretOf, keyOfRun, newRun, runOfKey } from '../../../../src/api/self-test/run';
import { decodeSecret } from '../../../../src/delivery/standard-webhooks';

const env = { ADMIN_TOKEN: 'a'.repeat(32), SECRETS_KEY: 's'.repeat(32) };
const NOW = 1_790_000_000_123;
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes));

describe('the key of a self-test', () => {
  it('names its run for three minutes', async () => {
    const run = newRun(NOW, random);
    const key = await keyOfRun(env, run);
    expect(await runOfKey(env, key, NOW)).toEqual(run);
    expect(await runOfKey(env, key, NOW + 179_000)).toEqual(run);
    expect(await runOfKey(env, key, NOW + 180_000)).toBe(null);
  });

  it('ends with the secrets of the deployment', async () => {
    const key = await keyOfRun(env, newRun(NOW, random));
    expect(await runOfKey({ ...env, ADMIN_TOKEN: 'b'.repeat(32) }, key, NOW)).toBe(null);
    expect(await runOfKey({ ...env, SECRETS_KEY: 't'.repeat(32) }, key, NOW)).toBe(null);
  });

  it('cannot be made up, prolonged or given to another run', async () => {
    const key = await keyOfRun(env, newRun(NOW, random));
    const later = (Number.parseInt(key.slice(0, 8), 16) + 60).toString(16);
    const forged = [
      later + key.slice(8),
      key.slice(0, 8) + random(8).toHex() + key.slice(24),
      key.slice(0, -1) + (key.endsWith('0') ? '1' : '0'),
      key.slice(0, -2),
      key.toUpperCase(),
      `${key}\n`,
      '',
    ];
    for (const text of forged) expect(await runOfKey(env, text, NOW), text).toBe(null);
  });

  it('is no secret of a destination, and each run has its own', async () => {
    const [one, other] = [newRun(NOW, random), newRun(NOW, random)];
    const secret = await destinationSecretOf(env, one);
    expect(decodeSecret(secret)).toHaveLength(32);
    expect(decodeSecret(secret)?.toHex()).not.toBe((await keyOfRun(env, one)).slice(24));
    expect(await destinationSecretOf(env, other)).not.toBe(secret);
  });
});
