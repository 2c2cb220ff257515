/** What forms of the page make of what was typed, and where they show what the API says of it. */
import { describe, expect, it } from 'vitest';
import { ifUnchanged, keyIn, newKey } from '../../../src/page/forms/conditions';
import { destinationGroups, destinationInput } from '../../../src/page/forms/destination-form';
import type { FormField } from '../../../src/page/forms/form-field';
import { firstValues, inputOf, sortedErrors, valuesOf } from '../../../src/page/forms/form-values';
import { changedWebhookGroups, newWebhookGroups } from '../../../src/page/forms/webhook-form';
import { meaning, replayRequest } from '../../../src/page/replay-request';
import { allProviders, PROVIDER_NAMES, providerFor } from '../../../src/providers/registry';
import { SETUPS } from '../../../src/providers/setup/setups';
import {
  destinationDocument,
  parseDestination,
  patchDestination,
} from '../../../src/subscriptions/destination-input';

const fields = (groups: readonly { fields: readonly FormField[] }[]) => groups.flatMap(group => group.fields);
const NEW = fields(destinationGroups(true));
const CHANGED = fields(destinationGroups(false));
const anywhere = () => null;

describe('a form', () => {
  it('makes what the API takes: what is left empty is left out, or put back to its default', () => {
    const values = {
      ...firstValues(NEW),
      url: 'https://app.example.com/',
      'retry/schedule_seconds': '5, 60 300',
    };
    const { input, errors } = inputOf(values, NEW);
    expect(errors).toEqual([]);
    expect(input).toMatchObject({
      retry: { schedule_seconds: [5, 60, 300] },
      ordering: 'parallel',
      pass_query: true,
    });
    expect(input).not.toHaveProperty('name');
    expect(parseDestination(destinationInput(input), anywhere).ok).toBe(true);

    const emptied = inputOf({ ...values, 'retry/schedule_seconds': '', max_in_flight: ' ' }, CHANGED, {});
    expect(destinationInput(emptied.input)).toMatchObject({
      retry: null,
      max_in_flight: null,
      name: null,
      is_active: false,
    });
  });

  it('sent back as it was shown changes nothing', () => {
    const given = {
      ...{ url: 'https://app.example.com/', name: 'app', topics: 'order:*, test:ping', rate_per_second: 0.5 },
      ...{ filter: { '/a': [1], '/b': ['x'] }, extra_headers: { 'X-Shop': '7' }, is_active: false },
    };
    const made = parseDestination(given, anywhere);
    if (!made.ok) throw new Error(JSON.stringify(made.error));
    const { secretKey: _, ...before } = made.value;
    const shown = destinationDocument(before);
    const { input } = inputOf(valuesOf(shown, CHANGED), CHANGED, shown);
    const after = patchDestination(before, destinationInput(input), anywhere);
    if (!after.ok) throw new Error(JSON.stringify(after.error));
    expect(after).toEqual({ ok: true, value: { ...before, extraHeadersAsGiven: 'X-Shop: 7' } });
  });

  it('removes what was deleted out of JSON, and says where JSON is none', () => {
    const before = { filter: { '/a': [1], '/b': [2] } };
    const values = { ...valuesOf(before, CHANGED), filter: '{"/b": [2]}' };
    expect(inputOf(values, CHANGED, before).input.filter).toEqual({ '/a': null, '/b': [2] });
    expect(inputOf({ ...values, filter: '{' }, CHANGED, before).errors).toEqual([
      { path: '/filter', message: 'must be JSON' },
    ]);
  });

  it('shows each error beside the field that it is about, and the others above', () => {
    const errors = [
      { path: '/retry/schedule_seconds/2', message: 'must be a whole number' },
      { path: '/url', message: 'must be https' },
      { path: '/sequence/enabled', message: 'must be false' },
      { path: '', message: 'must be an object' },
      { path: 'header:Idempotency-Key', message: 'is too long' },
    ];
    expect(sortedErrors(errors, NEW)).toEqual({
      beside: { 'retry/schedule_seconds': 'must be a whole number', url: 'must be https' },
      others: ['sequence/enabled must be false', 'must be an object', 'header:Idempotency-Key is too long'],
    });
  });

  it('knows every provider: each says where its secret is found, and where the address goes', () => {
    expect([...SETUPS.keys()].toSorted()).toEqual(PROVIDER_NAMES.toSorted());
    for (const provider of allProviders()) {
      const names = fields(newWebhookGroups({ provider })).map(({ name }) => name);
      expect(new Set(names).size, provider.name).toBe(names.length);
      for (const { name } of provider.guide.settings) expect(names).toContain(`settings/${name}`);
    }
    const named = (name: string) =>
      fields(changedWebhookGroups({ provider: providerFor(name) })).map(field => field.name);
    expect(named('shipstream')).toContain('sequence/grace_seconds');
    expect(named('stripe')).not.toContain('sequence/grace_seconds');
    expect(named('ecwid')).toContain('confirm/url');
    expect(named('custom')).toContain('signature');
  });
});

it('carries along what it was given, and nothing that somebody else wrote there', () => {
  const carried = (fields: Record<string, string>) => new URLSearchParams(fields);
  expect(ifUnchanged(carried({ version: '"12"' }))).toEqual({ 'If-Match': '"12"' });
  for (const version of ['', '*', '"1"\r\nx: y', '"é"']) {
    expect(ifUnchanged(carried({ version }))).toEqual({ 'If-Match': '"0"' });
  }
  const key = newKey();
  expect(keyIn(carried({ key }))).toBe(key);
  for (const other of ['', 'a\nb', `${key}\n`, `${key}\r\nx: y`, 'a'.repeat(5000)]) {
    expect(keyIn(carried({ key: other }))).toBeNull();
  }
});

it('a replay is of what the list shows, in whatever order, and of all only where nothing chooses', () => {
  expect(
    replayRequest({ q: 'jane', order: 'asc', status: 'accepted', increment_id: '7' }, { to_sequence: '90' }),
  ).toEqual({
    ...{ q: 'jane', increment_id: 7, to_sequence: 90 },
  });
  expect(replayRequest({ order: 'asc', destination_id: 'a' }, { from_sequence: '' })).toEqual({
    ...{ all: true, destination_id: 'a' },
  });
  // What cannot be meant is left to the API to refuse, never left out: it would mean more events.
  expect(replayRequest({ increment_id: 'x', status: 'dead' }, {})).toEqual({
    increment_id: 'x',
    status: 'dead',
  });
  expect(meaning({ q: 'jane', to_sequence: 90 })).toEqual([
    ['text', 'jane'],
    ['up to event', '90'],
  ]);
});
