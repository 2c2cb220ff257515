/**
 * The filters of the list of events, as a form that makes a link. They are the parameters of the API, by the same names; only what was
 * left empty is left out, and times without a zone, as browsers enter them, are UTC.
 */

import { DELIVERY_STATES } from '../log/contract/event-filter';
import { eventsPath } from './addresses';
import type { Webhook } from './answers';
import type { Child } from './jsx/jsx-runtime';
import { destinationName } from './names';
import { Field } from './parts/field';

const STATUSES = ['accepted', 'confirming', 'held', 'quarantined'];
const TIMES = ['since', 'until'];

/** Longest value that is taken over from an address. */
const MAX_CHARACTERS = 2000;

export const FILTERS = [
  ...['status', 'topic', 'since', 'until', 'event_id', 'increment_id', 'entity_key'],
  ...['destination_id', 'delivery', 'q', 'order'],
] as const;

export type Filter = Readonly<Record<string, string>>;

/** What of the query filters, without what is empty. */
export function filterOf(query: Readonly<Record<string, string>>): Filter {
  const given = FILTERS.map((name): [string, string] => [
    name,
    (query[name] ?? '').trim().slice(0, MAX_CHARACTERS),
  ]);
  return Object.fromEntries(
    given
      .filter(([, value]) => value !== '')
      .map(([name, value]) => [name, TIMES.includes(name) ? inUtc(value) : value]),
  );
}

/** `2026-11-27T09:42` as RFC 3339; what has a zone stays as it is. */
const inUtc = (time: string): string =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(time)
    ? `${time}:00Z`
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?$/.test(time)
      ? `${time}Z`
      : time;

/** What a field for dates and times takes; a time that it cannot show is left to the address. */
const inField = (time: string | undefined): string => /^[\dT:.-]+(?=Z$)/.exec(time ?? '')?.[0] ?? '';

type Errors = readonly { path: string; message: string }[];

type Props = { webhook: Webhook; filter: Filter; errors: Errors };

export function FilterForm({ webhook, filter, errors }: Props) {
  const field = (name: string, label: string, input: Child) => (
    <Field name={name} label={label} error={errors.find(({ path }) => path === `query:${name}`)?.message}>
      {input}
    </Field>
  );
  const text = (name: string, label: string, hint = '') =>
    field(
      name,
      label,
      <input name={name} id={name} value={filter[name] ?? ''} placeholder={hint} maxlength={1024} />,
    );
  const time = (name: string, label: string) =>
    field(
      name,
      label,
      <input type="datetime-local" step="1" name={name} id={name} value={inField(filter[name])} />,
    );
  const choice = (name: string, label: string, words: readonly string[], any: string) =>
    field(
      name,
      label,
      <Choice name={name} any={any} chosen={filter[name]} options={words.map(word => [word, word])} />,
    );
  const destinations = webhook.destinations.map((destination): [string, string] => [
    destination.destination_id,
    destinationName(destination, webhook.destinations),
  ]);
  return (
    <form method="get" action={eventsPath(webhook.webhook_id)} class="panel" aria-label="Filters">
      <div class="filters">
        {choice('status', 'Status', STATUSES, 'any')}
        {text('topic', 'Topic', 'order:created')}
        {text('q', 'Text in headers or body')}
        {text('increment_id', 'Increment id')}
        {text('event_id', 'Event id')}
        {text('entity_key', 'Entity', 'order:100000015')}
        {time('since', 'Since (UTC)')}
        {time('until', 'Before (UTC)')}
        {field(
          'destination_id',
          'Destination',
          <Choice name="destination_id" any="any" chosen={filter.destination_id} options={destinations} />,
        )}
        {choice('delivery', 'Its delivery', DELIVERY_STATES, 'any')}
        {field(
          'order',
          'Order',
          <Choice
            name="order"
            any="newest first"
            chosen={filter.order}
            options={[['asc', 'oldest first']]}
          />,
        )}
        <span class="row">
          <button type="submit" class="main">
            Show
          </button>
          <a href={eventsPath(webhook.webhook_id)}>Clear</a>
        </span>
      </div>
    </form>
  );
}

type ChoiceProps = {
  name: string;
  /** What the empty choice is called. */
  any: string;
  chosen: string | undefined;
  options: readonly (readonly [value: string, name: string])[];
};

function Choice({ name, any, chosen, options }: ChoiceProps) {
  return (
    <select name={name} id={name}>
      <option value="">{any}</option>
      {options.map(([value, text]) => (
        <option value={value} selected={value === chosen}>
          {text}
        </option>
      ))}
    </select>
  );
}
