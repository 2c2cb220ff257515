/** `GET /v1/providers`: what the gateway knows of each provider, and what a user has to enter for it. */
import { Hono } from 'hono';
import type { Handshake } from '../../providers/handshake';
import type { Provider } from '../../providers/provider';
import { allProviders } from '../../providers/registry';
import { SETUPS } from '../../providers/setup/setups';

export const providers = new Hono<{ Bindings: Env }>();

providers.get('/', c => c.json({ providers: allProviders().map(providerView) }));

function providerView(provider: Provider) {
  const { scheme, guide, handshake } = provider;
  const setup = SETUPS.get(provider.name);
  return {
    name: provider.name,
    title: provider.title,
    docs_url: provider.docsUrl,
    numbered: provider.numbered,
    retry_horizon_seconds: provider.retryHorizonSeconds,
    body_signed: scheme.bodySigned ?? true,
    /** What is entered when a webhook is made. */
    secret_key: guide.secret,
    secret_is_chosen: guide.isSecretChosen,
    /** Where at the provider the secret is found, and the ingest_url is entered. */
    secret_at: setup?.secretAt ?? null,
    ingest_url_at: setup?.urlAt ?? null,
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
    success: guide.success,
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
