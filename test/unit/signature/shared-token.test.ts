import { describe, expect, it } from 'vitest';
import type { CourierTarget } from '../../../src/delivery/outgoing';
import { outgoingHeaders } from '../../../src/delivery/outgoing-headers';
import { providerFor } from '../../../src/providers/registry';
import type { Scheme } from '../../../src/signature/scheme';
import { tokenHeaders, withoutToken, withToken } from '../../../src/signature/shared-token';
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
    const tokens = tokenHeaders(scheme, 'tok_hunter2');
    expect(tokens).toEqual(sent.slice(0, 2));
    expect(tokenHeaders(scheme, 'hunter2')).toEqual(tokens);
    expect(withToken(withoutToken(scheme, sent), tokens)).toEqual(sent);
    const named: Scheme = {
      ...scheme,
      sig: [{ h: 'x-a', split: ';', kv: '=', pick: 'token' }, { json: '/token' }],
    };
    expect(tokenHeaders(named, 'hunter2')).toEqual([['x-a', 'token=hunter2']]);
  });

  it('goes with events that came with it, and with no other', async () => {
    const target = targetOf('https://a.example/', { tokens: [['x-token', 'Token hunter2']] });
    const headers = withoutToken(scheme, sent);
    expect((await outgoingHeaders(target, eventOf({ headers }), 0)).get('x-token')).toBe('Token hunter2');
    expect((await outgoingHeaders(target, eventOf(), 0)).has('x-token')).toBe(false);
  });

  it('is what GitLab sends; signatures are kept', () => {
    const gitlab = providerFor('gitlab-token')?.scheme ?? scheme;
    expect(tokenHeaders(gitlab, 'hunter2')).toEqual([['x-gitlab-token', 'hunter2']]);
    const chargebee = providerFor('chargebee')?.scheme ?? scheme;
    expect(tokenHeaders(chargebee, 'user:pass')).toEqual([['authorization', `Basic ${btoa('user:pass')}`]]);
    const github = providerFor('github')?.scheme ?? scheme;
    const signature: [string, string][] = [['x-hub-signature-256', 'sha256=ab']];
    expect(withoutToken(github, signature)).toEqual(signature);
    expect(tokenHeaders(github, 'hunter2')).toEqual([]);
  });

  it('in `authorization` is never kept, and goes with every event unless the destination has its own', async () => {
    const basic: Scheme = {
      ...scheme,
      key: { enc: 'utf8' },
      sig: [{ h: 'Authorization', prefix: 'Bearer ' }],
    };
    const target = { tokens: tokenHeaders(basic, 'hunter2') };
    const sentTo = (more: Partial<CourierTarget> = {}) =>
      outgoingHeaders(targetOf('https://a.example/', { ...target, ...more }), eventOf(), 0);
    expect((await sentTo()).get('authorization')).toBe('Bearer hunter2');
    expect((await sentTo({ extraHeaders: [['Authorization', 'mine']] })).get('authorization')).toBe('mine');
  });
});
