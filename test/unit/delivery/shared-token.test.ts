import { describe, expect, it } from 'vitest';
import { outgoingHeaders } from '../../../src/delivery/outgoing-headers';
import { tokenHeader, withoutToken, withToken } from '../../../src/delivery/shared-token';
import { providerFor } from '../../../src/providers/registry';
import type { Scheme } from '../../../src/signature/scheme';
import { eventOf, targetOf } from '../../support/deliveries';

const scheme: Scheme = {
  alg: 'token',
  key: { enc: 'utf8', strip: 'tok_' },
  enc: 'utf8',
  sig: [{ h: 'X-Token', prefix: 'Token ' }, { h: 'X-Old-Token' }],
  msg: [],
};
const sent: [string, string][] = [
  ['x-token', 'Token hunter2'],
  ['x-old-token', 'hunter2'],
  ['x-topic', 'a'],
];

describe('a token that is a secret', () => {
  it('is not kept, and its header is', () => {
    expect(withoutToken(scheme, sent)).toEqual([
      ['x-token', '[not kept]'],
      ['x-old-token', '[not kept]'],
      ['x-topic', 'a'],
    ]);
  });

  it('is sent as the provider sends it', () => {
    const token = tokenHeader(scheme, 'tok_hunter2');
    expect(token).toEqual(['x-token', 'Token hunter2']);
    expect(tokenHeader(scheme, 'hunter2')).toEqual(token);
    expect(withToken(withoutToken(scheme, sent), token)[0]).toEqual(sent[0]);
  });

  it('goes with events that came with it, and with no other', async () => {
    const token: [string, string] = ['x-token', 'Token hunter2'];
    const target = targetOf('https://a.example/', { token });
    const headers = withoutToken(scheme, sent);
    expect((await outgoingHeaders(target, eventOf({ headers }), 0)).get('x-token')).toBe('Token hunter2');
    expect((await outgoingHeaders(target, eventOf(), 0)).has('x-token')).toBe(false);
  });

  it('is what GitLab sends; signatures are kept', () => {
    const gitlab = providerFor('gitlab-token')?.scheme ?? scheme;
    expect(tokenHeader(gitlab, 'hunter2')).toEqual(['x-gitlab-token', 'hunter2']);
    const github = providerFor('github')?.scheme ?? scheme;
    const signature: [string, string][] = [['x-hub-signature-256', 'sha256=ab']];
    expect(withoutToken(github, signature)).toEqual(signature);
    expect(tokenHeader(github, 'hunter2')).toBeNull();
  });
});
