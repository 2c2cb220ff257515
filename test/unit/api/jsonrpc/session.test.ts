import { describe, expect, it } from 'vitest';
import { isSession, openSession, SESSION_SECONDS } from '../../../../src/api/jsonrpc/session';

const env = { ADMIN_TOKEN: 'token', SECRETS_KEY: 's'.repeat(32) };
const NOW = 1_790_000_000_000;

describe('sessions', () => {
  it('look like ShipStream’s and last 24 hours', async () => {
    const session = await openSession(env, NOW);
    expect(session).toMatch(/^[0-9a-f]{32}$/);
    expect(SESSION_SECONDS).toBe(24 * 3600);
    expect(await isSession(env, session, NOW)).toBe(true);
    expect(await isSession(env, session, NOW + 86_399_000)).toBe(true);
    expect(await isSession(env, session, NOW + 86_400_000)).toBe(false);
  });

  it('end with the secrets they were made with', async () => {
    const session = await openSession(env, NOW);
    expect(await isSession({ ...env, ADMIN_TOKEN: 'other' }, session, NOW)).toBe(false);
    expect(await isSession({ ...env, SECRETS_KEY: 'o'.repeat(32) }, session, NOW)).toBe(false);
  });

  it('cannot be made up or prolonged', async () => {
    const session = await openSession(env, NOW);
    const later = (Number.parseInt(session.slice(0, 8), 16) + 1).toString(16);
    for (const forged of [
      later + session.slice(8),
      session.slice(0, -1) + (session.endsWith('0') ? '1' : '0'),
      session.slice(0, -2),
      session.toUpperCase(),
      `${session}\n`,
      'be1c13ed4e03f0ed7f1e4053dfff9658',
      '',
    ]) {
      expect(await isSession(env, forged, NOW)).toBe(false);
    }
  });
});
