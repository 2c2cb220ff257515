import { expect, it } from 'vitest';
import { destinationUrl } from '../../../src/delivery/destination-url';

it.each([
  ['https://a.example/hooks', '', 'https://a.example/hooks'],
  ['https://a.example', 'eventtype=order.created', 'https://a.example/?eventtype=order.created'],
  ['https://a.example/h?key=1', 'eventtype=x', 'https://a.example/h?key=1&eventtype=x'],
  ['https://a.example/h?key=1', '', 'https://a.example/h?key=1'],
  ['https://a.example/h?', 'x=1', 'https://a.example/h?x=1'],
  ['https://a.example/h#part', 'x=1', 'https://a.example/h?x=1'],
  ['https://a.example/h?key=1#part', '', 'https://a.example/h?key=1'],
  // As it came: repeated, empty and percent-encoded parts, nothing decoded or sorted.
  ['https://a.example/h', 'b=2&a=%20%2B+&&b', 'https://a.example/h?b=2&a=%20%2B+&&b'],
  // Nothing in a query leads elsewhere.
  ['https://a.example/h', '@evil.example/#x', 'https://a.example/h?@evil.example/%23x'],
])('%s with %j is %s', (url, query, expected) => {
  expect(destinationUrl(url, query)).toBe(expected);
});
