/** The fields of a destination. Pure. */
import { jsonSchemaOf } from '../../input/json-schema';
import { creationSchema } from '../../subscriptions/destination-input';
import type { Group } from './form';
import { type FormField, fieldOf, type Wished } from './form-field';

const STARTS = [
  ['now', 'what comes from now on'],
  ['beginning', 'everything that the log still has'],
] as const;

/** @param isNew where it begins, and a secret of one's own, are asked once */
export function destinationGroups(isNew: boolean): Group[] {
  const schema = jsonSchemaOf(creationSchema);
  const of = (wished: Wished): FormField => fieldOf(schema, wished);
  const first = [
    of({ name: 'url', label: 'Address', isRequired: true, placeholder: 'https://app.example.com/hooks' }),
    of({ name: 'name', label: 'Name', hint: 'What you call it. Empty: the host of its address.' }),
    of({ name: 'topics', label: 'Topics', kind: 'text', placeholder: '* (all)' }),
    of({ name: 'ordering', label: 'Order' }),
    ...(isNew
      ? [
          of({
            name: 'start',
            label: 'It gets',
            kind: 'choice',
            choices: STARTS,
            fallback: 'now',
            hint: START,
          }),
        ]
      : [
          of({
            name: 'is_active',
            label: 'Active',
            hint: 'Not active: its events wait, as long as the webhook keeps them.',
          }),
        ]),
  ];
  const more = [
    of({ name: 'sign', label: 'How it is signed' }),
    of({ name: 'timeout_seconds', label: 'An attempt may take, in seconds' }),
    of({
      name: 'retry/schedule_seconds',
      label: 'Waits between attempts, in seconds',
      kind: 'numbers',
      placeholder: WAITS,
    }),
    of({ name: 'max_in_flight', label: 'Deliveries at the same time' }),
    of({ name: 'rate_per_second', label: 'Attempts a second', placeholder: 'no limit' }),
    of({ name: 'behind_alert_seconds', label: 'Alert when it is behind by, in seconds' }),
    of({ name: 'extra_headers', label: 'Headers', kind: 'lines', placeholder: 'X-Shop: 7', hint: HEADERS }),
    of({ name: 'filter', label: 'Filter', kind: 'json', placeholder: '{"/message/warehouse_id": [1, 2]}' }),
    of({ name: 'pass_query', label: 'Pass the query on' }),
    ...(isNew
      ? [
          of({
            name: 'secret_key',
            label: 'Secret',
            kind: 'secret',
            hint: 'Empty: one is made, and shown once.',
          }),
        ]
      : []),
  ];
  return [
    { name: '', isOpen: true, fields: first },
    { name: 'More', isOpen: false, fields: more },
  ];
}

const START = 'The first event that it gets. This cannot be changed later.';
const HEADERS =
  'Of every delivery, a line each: `Name: value`. Credentials are shown as `********`, which stands for what is stored.';
const WAITS = '5, 300, 1800, 7200, …';

/** An input as the API takes it: waits that were left empty are those that there are without any. */
export function destinationInput(input: Record<string, unknown>): Record<string, unknown> {
  const { retry, ...rest } = input as { retry?: { schedule_seconds: unknown } };
  if (retry === undefined) return rest;
  return { ...rest, retry: retry.schedule_seconds === null ? null : retry };
}
