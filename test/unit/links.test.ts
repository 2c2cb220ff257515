import { expect, it } from 'vitest';
import { linkTo, type Shown } from '../../src/links';

it.each<[Shown, string]>([
  [{ what: 'status' }, 'status'],
  [{ what: 'gaps' }, 'gaps?status=open'],
  [{ what: 'rejections' }, 'rejections'],
  [{ what: 'latest' }, 'events?order=desc'],
  [{ what: 'event', sequence: 12 }, 'events/12'],
  [
    { what: 'deliveries', destinationId: 'dst_a&b', delivery: 'dead' },
    'events?destination_id=dst_a%26b&delivery=dead',
  ],
])('lead to the API: %j', (shown, path) => {
  expect(linkTo('https://hooks.example.com/', 7, shown)).toBe(
    `https://hooks.example.com/v1/webhooks/7/${path}`,
  );
  expect(linkTo('', 7, shown)).toBeNull();
});
