/** The outside world for tests of input: two providers, and URLs that are wrong when they say so. */
import { ecwidConfirmation } from '../../../src/providers/ecwid-confirm';
import type { Provider } from '../../../src/providers/provider';
import type { InputRules } from '../../../src/subscriptions/input-rules';

const provider = (name: string, numbered: boolean, retryHorizonSeconds: number | null): Provider => ({
  name,
  title: name.toUpperCase(),
  scheme: { alg: 'hmac-sha256', key: { enc: 'utf8' }, enc: 'hex', sig: [], msg: ['{body}'] },
  numbered,
  restartsWithSecret: numbered,
  retryHorizonSeconds,
  knownBy: 'event_id',
  perAttempt: [],
  certificate: null,
  handshake: null,
  confirm: null,
  guide: {
    secret: 'any text',
    isSecretChosen: numbered,
    settings: [],
    reads: { topic: 'json:/type', eventId: null, incrementId: null, entityKey: null, attempt: null },
  },
  describe: () => ({
    topic: '',
    eventId: null,
    incrementId: null,
    entityKeys: [],
    eventTime: null,
    issues: [],
  }),
});

const providers = [
  provider('shipstream', true, 374_400),
  { ...provider('ecwid', false, 86_400), confirm: ecwidConfirmation },
  provider('stripe', false, null),
];

export const rules: InputRules = {
  providerNames: providers.map(({ name }) => name),
  providerFor: name => providers.find(known => known.name === name),
  secretProblem: (_provider, text) => (text === 'unusable' ? 'cannot be decoded' : null),
  urlProblem: url => (url.startsWith('https://private') ? 'must be a public address' : null),
};
