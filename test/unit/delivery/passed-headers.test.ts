import { describe, expect, it } from 'vitest';
import { passedHeaders } from '../../../src/delivery/passed-headers';

const namesOf = (given: [string, string][]) => passedHeaders(new Headers(given)).map(([name]) => name);

describe('passedHeaders', () => {
  it('keeps what a receiver of the provider needs, in lower case', () => {
    const given: [string, string][] = [
      ['Content-Type', 'application/json'],
      ['Content-Encoding', 'gzip'],
      ['User-Agent', 'ShipStream'],
      ['X-Plugin-Hmac-Sha256', 'c2ln'],
      ['X-Apideck-Idempotency-Key', 'f7f0'],
      ['X-GitHub-Delivery', '72d3162e'],
      ['Accept', '*/*'],
      ['Idempotency-Key', 'k'],
      ['Date', 'Fri, 20 Nov 2026 12:00:00 GMT'],
    ];
    const kept = Object.fromEntries(passedHeaders(new Headers(given)));
    expect(kept).toEqual(Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value])));
  });

  it('keeps names that would pose as ours: the log shows what came, sending renames them', () => {
    expect(
      namesOf([
        ['Webhook-Id', 'a'],
        ['CE-Type', 'b'],
        ['Gapless-Gap', 'c'],
      ]).toSorted(),
    ).toEqual(['ce-type', 'gapless-gap', 'webhook-id']);
  });

  it.each([
    'Connection',
    'Keep-Alive',
    'Proxy-Authorization',
    'Proxy-Connection',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    'HTTP2-Settings',
    'Host',
    'Content-Length',
    'Expect',
    'Accept-Encoding',
    'Cookie',
    'Authorization',
    'CF-Connecting-IP',
    'CF-Ray',
    'CDN-Loop',
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Proto',
    'x_forwarded_for',
    'X-Real-IP',
    'True-Client-IP',
    'Client-IP',
    'X-Client-IP',
    'X-Cluster-Client-IP',
    'Fastly-Client-IP',
    'X-Originating-IP',
    'X-Remote-IP',
    'X-Remote-Addr',
    'x_remote_addr',
    'X-HTTP-Method-Override',
    'X-HTTP-Method',
    'X-Method-Override',
    'X-Original-URL',
    'X-Original-URI',
    'X-Original-Host',
    'X-Rewrite-URL',
    'X_REWRITE_URL',
    'X-Forwarded',
  ])('leaves %s behind', name => {
    expect(
      namesOf([
        [name, 'x'],
        ['X-Kept', '1'],
      ]),
    ).toEqual(['x-kept']);
  });

  it('leaves behind what Connection nominates', () => {
    const given: [string, string][] = [
      ['Connection', 'close, X-Hop ,x-other'],
      ['X-Hop', '1'],
      ['X-Other', '1'],
      ['X-Kept', '1'],
    ];
    expect(namesOf(given)).toEqual(['x-kept']);
  });

  it('keeps an empty value and a value of several', () => {
    const headers = new Headers([
      ['X-Empty', ''],
      ['X-Twice', 'a'],
      ['X-Twice', 'b'],
    ]);
    expect(passedHeaders(headers)).toEqual([
      ['x-empty', ''],
      ['x-twice', 'a, b'],
    ]);
  });
});
