/** The addresses of a gateway that the scripts read (bin/address.mjs). */
import { describe, expect, it } from 'vitest';
// @ts-expect-error The scripts have no types.
import { deployedAddress, gatewayAddress, isPrivate } from '../../bin/address.mjs';

describe('the address of what was deployed', () => {
  it('is the domain that wrangler names, with or without its zone', () => {
    const lines = ['Uploaded gapless (2.1 sec)', 'Deployed gapless triggers (1.2 sec)'];
    expect(deployedAddress([...lines, '  hooks.example.com (custom domain)'].join('\n'))).toBe(
      'https://hooks.example.com',
    );
    const both =
      '  https://gapless.me.workers.dev\n  hooks.example.com (custom domain - zone name: example.com)\n';
    expect(deployedAddress(both)).toBe('https://hooks.example.com');
  });

  it('is that at workers.dev where there is no domain, and unknown where there is neither', () => {
    expect(deployedAddress('  https://gapless-staging.me.workers.dev\n')).toBe(
      'https://gapless-staging.me.workers.dev',
    );
    expect(deployedAddress('No targets deployed\n')).toBe(undefined);
  });
});

it('is read without what follows the host, and sent a token only where nobody listens', () => {
  expect(gatewayAddress(['--json', 'https://hooks.example.com/docs?x=1'])).toBe('https://hooks.example.com');
  expect(gatewayAddress(['--json', 'hooks.example.com'])).toBe(null);
  expect(gatewayAddress(['https://'])).toBe(null);
  expect(['https://a.example', 'http://[::1]:8787', 'http://localhost'].every(isPrivate)).toBe(true);
  expect(['http://a.example', 'http://localhost.example'].some(isPrivate)).toBe(false);
});
