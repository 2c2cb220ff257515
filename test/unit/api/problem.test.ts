import { describe, expect, it } from 'vitest';
import { type ApiError, problem } from '../../../src/api/problem';

const ERRORS: [ApiError, number][] = [
  [{ reason: 'malformed', detail: 'no JSON' }, 400],
  [{ reason: 'unauthorized', token: 'none' }, 401],
  [{ reason: 'not_found', what: 'webhook' }, 404],
  [{ reason: 'method_not_allowed', allowed: ['GET', 'POST'] }, 405],
  [{ reason: 'conflict', detail: 'again' }, 409],
  [{ reason: 'too_large' }, 413],
  [{ reason: 'unsupported_media_type' }, 415],
  [{ reason: 'invalid', errors: [{ path: '/a', message: 'is required' }] }, 422],
  [{ reason: 'sign_ins_limited' }, 429],
  [{ reason: 'internal' }, 500],
  [{ reason: 'not_configured', detail: 'no token' }, 503],
  [{ reason: 'unavailable' }, 503],
];

describe('problem', () => {
  it.each(ERRORS)('%j is %i, as RFC 9457 problem details', async (error, status) => {
    const response = problem(error);
    expect(response.status).toBe(status);
    expect(response.headers.get('Content-Type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      type: `urn:gapless:problem:${error.reason.replaceAll('_', '-')}`,
      title: expect.stringMatching(/./),
      status,
      detail: expect.stringMatching(/./),
    });
  });

  it('says when to try again, what to send and what is allowed', () => {
    expect(problem({ reason: 'unavailable' }).headers.get('Retry-After')).toBe('5');
    expect(problem({ reason: 'unauthorized', token: 'none' }).headers.get('WWW-Authenticate')).toMatch(
      /^Bearer/,
    );
    const wrongMethod = problem({ reason: 'method_not_allowed', allowed: ['GET', 'POST'] });
    expect(wrongMethod.headers.get('Allow')).toBe('GET, POST');
  });

  it('lists field errors', async () => {
    const errors = [{ path: '', message: 'must be an object' }];
    expect(await problem({ reason: 'invalid', errors }).json()).toMatchObject({
      errors,
      detail: 'body must be an object',
    });
  });
});
