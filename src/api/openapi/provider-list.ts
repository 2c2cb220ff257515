/**
 * The answer of `GET /v1/providers`: what the gateway knows of each provider, and what a user has to enter for it. Always the same, so it is made
 * when the gateway is built (`bin/build/api-description.mjs`), and what it says for people is not in the Worker.
 */
import type { Handshake } from '../../providers/handshake';
import type { Provider } from '../../providers/provider';
import { allProviders } from '../../providers/registry';
import { SETUPS } from '../../providers/setup/setups';

export const providerList = () => ({ providers: allProviders().map(providerEntry) });

export function providerEntry(provider: Provider) {
  const { scheme, guide, handshake } = provider;
  const setup = SETUPS.get(provider.name);
  // A provider without one is a mistake in the code, found when it is built.
  if (setup === undefined) throw new TypeError(`provider ${provider.name} has no entry in providers/setup/`);
  return {
    name: provider.name,
    title: provider.title,
    docs_url: setup.docsUrl,
    numbered: provider.numbered,
    retry_horizon_seconds: provider.retryHorizonSeconds,
    body_signed: scheme.bodySigned ?? true,
    /** What is entered when a webhook is made. */
    secret_key: guide.secret,
    secret_is_chosen: guide.isSecretChosen,
    /** Where at the provider the secret is found, and the ingest_url is entered. */
    secret_at: setup.secretAt,
    ingest_url_at: setup.urlAt,
    settings: guide.settings.map(({ name, isRequired, what }) => ({ name, required: isRequired, what })),
    reads: {
      topic: guide.reads.topic,
      event_id: guide.reads.eventId,
      increment_id: guide.reads.incrementId,
      entity_key: guide.reads.entityKey,
      attempt: guide.reads.attempt,
    },
    known_by: knownBy(provider),
    max_age_seconds: scheme.ts?.tol ?? null,
    success: setup.success,
    handshake: handshake === null ? null : HANDSHAKES[handshake.kind],
    /** In the grammar that `signature` of a custom provider is written in. */
    signature: scheme,
  };
}

/** What tells the gateway that two requests are one event. */
function knownBy({ numbered, knownBy, guide }: Provider): string {
  if (numbered) return 'increment_id';
  if (knownBy !== 'event_id') return knownBy;
  return guide.reads.eventId === null ? 'body_within_60_seconds' : 'event_id';
}

const HANDSHAKES: Record<Handshake['kind'], string> = {
  get: 'answers a GET with its challenge',
  signed: 'answers a signed request, once its signature is verified',
  unsigned_form: 'answers an unsigned ping with 200',
  head: 'answers a HEAD, and an empty list, with 200',
};
