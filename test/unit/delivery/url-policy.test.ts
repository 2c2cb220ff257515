/** Every spelling of `test/vectors/destination-urls.json`, and what holds of all of them. */
import { describe, expect, it } from 'vitest';
import { MAX_URL_LENGTH, urlProblem } from '../../../src/delivery/url-policy';
import table from '../../vectors/destination-urls.json';

describe.each(table.groups)('$expected: $what', ({ expected, urls }) => {
  it.each(urls)('%j', url => {
    const problem = urlProblem(url, false);
    switch (expected) {
      case 'public':
        expect(problem).toBeNull();
        return;
      case 'private':
        expect(problem).toMatch(/must be public/);
        expect(urlProblem(url, true)).toBeNull();
        return;
      default:
        expect(problem).not.toBeNull();
        expect(urlProblem(url, true)).not.toBeNull();
    }
  });
});

describe('urlProblem', () => {
  it('bounds the length', () => {
    const url = 'https://example.com/'.padEnd(MAX_URL_LENGTH, 'x');
    expect(urlProblem(url, false)).toBeNull();
    expect(urlProblem(`${url}x`, false)).toMatch(/2048/);
    expect(urlProblem(`https://${'a.'.repeat(5_000_000)}com/`, false)).toMatch(/2048/);
  });

  it('never repeats the URL, which may hold a token', () => {
    const secret = 'https://user:hunter2@localhost/?token=hunter2';
    expect(urlProblem(secret, false)).not.toContain('hunter2');
  });
});
