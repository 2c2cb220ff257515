/** Records of every release are opened by this one. The vectors are what each release wrote; they are never changed. */
import { describe, expect, it } from 'vitest';
import { destinationDefaults } from '../../../src/subscriptions/destination-options';
import { shownDestination, shownWebhook } from '../../../src/subscriptions/shown';
import { readOwnRecord, readRecord } from '../../../src/subscriptions/stored-record';
import stored from '../../vectors/stored-records.json' with { type: 'json' };
import { made } from './records';

const read = (record: object) => readOwnRecord(JSON.stringify(record));

describe.each(Object.entries(stored))('a record of release %s', (_release, record) => {
  it('keeps what it has', () => {
    expect(read(record)).toMatchObject(record);
  });

  it('has every field that a record of this release has', async () => {
    const fresh = await made();
    const opened = read(record);
    expect(Object.keys(opened).toSorted()).toEqual(Object.keys(fresh).toSorted());
    const fields = Object.keys(fresh.destinations[0] ?? {}).toSorted();
    for (const destination of opened.destinations) {
      expect(Object.keys(destination).toSorted()).toEqual(fields);
    }
  });

  it('keeps fields of a later release, for that release', () => {
    const [first, ...others] = record.destinations;
    const later = { ...record, mood: 'calm', destinations: [{ ...first, colour: ['red'] }, ...others] };
    expect(read(later)).toMatchObject({ mood: 'calm', destinations: [{ colour: ['red'] }, {}] });
  });

  it('is shown as it always was', () => {
    const opened = read(record);
    expect(shownWebhook(opened)).toMatchObject({ name: 'Shop', topics: 'order.*, product.updated' });
    expect(opened.destinations.map(shownDestination)).toMatchObject([
      { name: null, url: 'https://app.example.com/hooks', is_active: true, max_in_flight: 24 },
      { topics: ['order.*'], is_active: false, rate_per_second: 2.5, retry: { schedule_seconds: [5, 60] } },
    ]);
  });
});

it('gives what release 0.1.0 did not know its default', () => {
  expect(read(stored['0.1.0'])).toMatchObject({
    signature: null,
    captureUntil: null,
    replayProtection: 'standard',
    whenFull: 'drop_oldest_delivered',
    destinations: [{ name: null }, { name: null }],
  });
  expect(read(stored.unreleased)).toMatchObject({
    captureUntil: 1_795_000_600_000,
    destinations: [{ name: null }, { name: 'erp' }],
  });
});

it('gives a confirmation of release 0.1.0 its one token for all stores', () => {
  const token = { id: 't', sealed: 'v1', usableUntil: null };
  const confirm = { url: 'https://api.example.com', token };
  expect(read({ ...stored['0.1.0'], confirm }).confirm).toEqual({ ...confirm, hasToken: true, tokens: {} });
});

it('gives every option that a destination lacks the default that create gives it', async () => {
  const [created] = (await made()).destinations;
  expect(created).toMatchObject(destinationDefaults());
  const record = stored['0.1.0'];
  const [{ id, url, extraHeaders, secrets, start, createdAt }] = record.destinations as [
    (typeof record.destinations)[0],
  ];
  const bare = { ...record, destinations: [{ id, url, extraHeaders, secrets, start, createdAt }] };
  expect(read(bare).destinations).toMatchObject([{ id, url, ...destinationDefaults() }]);
});

it.each([
  'no json',
  '[]',
  'null',
  '{}',
  JSON.stringify({ ...stored.unreleased, format: 2 }),
  JSON.stringify({ ...stored.unreleased, destinations: undefined }),
])('reads nothing out of what is no record: %s', text => {
  expect(readRecord(text)).toBe(null);
  expect(() => readOwnRecord(text)).toThrow('cannot be read');
});
