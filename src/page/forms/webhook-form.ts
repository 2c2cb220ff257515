/** The fields of a webhook, for each provider its own. Pure. */
import { jsonSchemaOf } from '../../input/json-schema';
import { CUSTOM } from '../../providers/custom';
import type { Provider } from '../../providers/provider';
import { creationSchema } from '../../subscriptions/webhook-fields';
import { sentence } from '../parts/sentence';
import type { Group } from './form';
import { type FormField, fieldOf, type Wished } from './form-field';

/** `provider` undefined: the webhook says itself how it is signed. */
export type Of = { provider: Provider | undefined };

const TOLERANCE =
  'How far the time of a request may lie from now, in whole seconds. Empty: as the provider’s own library has it.';

/** Of a new webhook: the first destination, too. */
export const newWebhookGroups = ({ provider }: Of): Group[] => {
  const { of, secret } = words(provider);
  return [
    {
      name: '',
      isOpen: true,
      fields: [
        of({ name: 'name', label: 'Name', hint: 'What you call it. No other webhook may have it.' }),
        secret,
        ...settingsFields(provider),
        of({
          name: 'destinations/0/url',
          label: 'Send its events to',
          kind: 'text',
          hint: FIRST_DESTINATION,
        }),
      ],
    },
    { name: 'More', isOpen: false, fields: [...moreFields(of, provider), ...placeFields(of)] },
  ];
};

const FIRST_DESTINATION =
  'An address of your own: the first destination. Empty: none yet. Events are kept and can be pulled from the feed.';

/** Of one that there is. */
export const changedWebhookGroups = ({ provider }: Of): Group[] => {
  const { of } = words(provider);
  return [
    {
      name: '',
      isOpen: true,
      fields: [
        of({ name: 'name', label: 'Name', hint: 'What you call it. No other webhook may have it.' }),
        of({
          name: 'is_active',
          label: 'Active',
          hint: 'Not active: its requests are refused, and nothing is delivered.',
        }),
        ...settingsFields(provider),
      ],
    },
    { name: 'More', isOpen: true, fields: moreFields(of, provider) },
  ];
};

type Describe = (wished: Wished) => FormField;

function words(provider: Provider | undefined): { of: Describe; secret: FormField } {
  const schema = jsonSchemaOf(creationSchema);
  const of = (wished: Wished): FormField => fieldOf(schema, wished);
  const isOptional = provider !== undefined && canBeMade(provider);
  const secret = of({
    name: 'secret_key',
    label: 'Secret',
    kind: 'secret',
    isRequired: !isOptional,
    hint: provider === undefined ? 'In the form that `key` says.' : secretHint(provider, isOptional),
  });
  return { of, secret };
}

function secretHint({ title, guide }: Provider, isOptional: boolean): string {
  const what = sentence(guide.secret);
  return isOptional ? `${what} Empty: one is made here, to be entered at ${title}.` : what;
}

/** Whether any text is a secret, so that one can be made up here. */
export const canBeMade = ({ guide, scheme }: Provider): boolean =>
  guide.isSecretChosen && scheme.key.enc === 'utf8' && scheme.alg.startsWith('hmac-');

function settingsFields(provider: Provider | undefined): FormField[] {
  if (provider === undefined) {
    return [
      {
        ...{
          name: 'signature',
          label: 'How it is signed',
          kind: 'json',
          isRequired: true,
          hint: CUSTOM_HINT,
        },
        start: CUSTOM_START,
      },
      {
        name: 'settings',
        label: 'Settings',
        kind: 'json',
        hint: 'Texts by name, for `{cfg:…}` in the scheme. Mostly empty.',
      },
    ];
  }
  return provider.guide.settings.map(({ name, isRequired, isSecret, what }) => ({
    name: `settings/${name}`,
    label: LABELS[name] ?? name.replaceAll('_', ' '),
    kind: isSecret === true ? ('secret' as const) : ('text' as const),
    isRequired,
    hint: sentence(what),
  }));
}

const LABELS: Readonly<Record<string, string>> = {
  public_url: 'Address at the provider',
  verify_token: 'Verify token',
  webhook_id: 'Webhook id',
};

const CUSTOM_HINT = 'A scheme as JSON. What its parts mean stands beside this form; change what is other.';

/** What most senders do. */
const CUSTOM_START = JSON.stringify(
  {
    ...{ alg: 'hmac-sha256', key: { enc: 'utf8' }, enc: 'hex', sig: [{ h: 'x-signature' }], msg: ['{body}'] },
    type: ['json:/type'],
    id: ['json:/id'],
  },
  null,
  2,
);

function moreFields(of: Describe, provider: Provider | undefined): FormField[] {
  const isNumbered = provider?.numbered ?? true;
  return [
    of({ name: 'topics', label: 'Topics', kind: 'text', placeholder: '* (all)' }),
    of({ name: 'on_invalid', label: 'What is not valid' }),
    of({ name: 'retention_days', label: 'Kept for, in days' }),
    of({ name: 'when_full', label: 'When the storage is full' }),
    of({ name: 'silence_seconds', label: 'Silence, in seconds', placeholder: 'never told' }),
    ...(isNumbered
      ? [
          of({ name: 'sequence/grace_seconds', label: 'A hole is a gap after, in seconds' }),
          of({ name: 'sequence/hold_seconds', label: 'Wait for the ones before, in seconds' }),
        ]
      : []),
    of({ name: 'replay_protection', label: 'The same bytes again' }),
    ...(provider?.scheme.ts == null
      ? []
      : [
          {
            ...{ name: 'settings/tolerance_seconds', label: 'Age of requests, in seconds', hint: TOLERANCE },
            ...{ kind: 'text' as const, placeholder: String(provider.scheme.ts.tol ?? 'any') },
          },
        ]),
    ...(provider?.confirm == null
      ? []
      : [
          of({ name: 'confirm/url', label: `Ask ${provider.title} at`, kind: 'text', hint: CONFIRM_HINT }),
          of({ name: 'confirm/token', label: 'with the token', kind: 'secret' }),
        ]),
  ];
}

const CONFIRM_HINT =
  'Its API, as `https://app.ecwid.com/api/v3`: each event is asked for there before it is let go. Empty: it is not.';

const ANYWHERE = [['', 'anywhere']] as const;

/** What cannot be changed later. */
function placeFields(of: Describe): FormField[] {
  const choice = (name: string, label: string): FormField => {
    const field = of({ name, label });
    return { ...field, choices: [...ANYWHERE, ...(field.choices ?? [])] };
  };
  return [
    choice('jurisdiction', 'Where events are, by law'),
    choice('location_hint', 'Where they had best be'),
  ];
}

/** An input as the API takes it: an empty `confirm` is none, a first destination without an address is none. */
export function webhookInput(input: Record<string, unknown>, provider: string): Record<string, unknown> {
  const { destinations, confirm, ...rest } = input as {
    destinations?: { 0: object };
    confirm?: { url?: unknown };
  };
  return {
    ...rest,
    ...(confirm === undefined ? {} : { confirm: confirm.url === null ? null : confirm }),
    ...(destinations === undefined ? {} : { destinations: [destinations[0]] }),
    ...(provider === '' ? {} : { provider }),
  };
}

export const isCustom = (provider: string): boolean => provider === CUSTOM;
