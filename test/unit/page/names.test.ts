/** What destinations are called: each another name, and text that misleads nobody in a title. */
import { expect, it } from 'vitest';
import { destinationName, nameOfDestination, webhookName } from '../../../src/page/names';

const destination = (id: string, url: string, name: string | null = null) => ({
  ...{ destination_id: id, url, name },
});

it('a destination without a name is called by its host; by as much more as tells it from another', () => {
  const all = [
    destination('1', 'https://one.example.com/hooks?a=1'),
    destination('2', 'https://two.example.com/orders'),
    destination('3', 'https://two.example.com/stock'),
    destination('4', 'https://two.example.com/stock?b=2'),
    destination('5', 'https://one.example.com/', 'till'),
  ];
  expect(all.map(one => destinationName(one, all))).toEqual([
    'one.example.com',
    'two.example.com/orders',
    'two.example.com/stock (3)',
    'two.example.com/stock (4)',
    'till',
  ]);
});

it('no name has marks that change how a title reads', () => {
  const hostile = 'paid \u202Eoff';
  const names = [
    webhookName({ name: hostile, webhook_id: 1 }),
    destinationName(destination('1', 'https://a.example.com/', hostile), []),
    nameOfDestination({ destinations: [] }, hostile),
  ];
  for (const name of names) expect(name).toContain('paid ‹U+202E›off');
});
