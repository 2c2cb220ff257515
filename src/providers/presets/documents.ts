/** Files, forms and calendars. */
import type { Declaration } from '../declared';
import { bodyHmac, preset, stripeLike, timedHmac } from './preset';

export const DOCUMENTS: readonly Declaration[] = [
  preset({
    name: 'typeform',
    title: 'Typeform',
    // The prefix looks like hex, the value is base64.
    scheme: bodyHmac('typeform-signature', 'base64', 'sha256='),
    topic: ['json:/event_type'],
    id: ['json:/event_id'],
    entity: ['json:/form_response/form_id'],
    secret: 'the secret chosen for the webhook',
    isSecretChosen: true,
  }),
  preset({
    name: 'dropbox',
    title: 'Dropbox',
    scheme: bodyHmac('x-dropbox-signature', 'hex'),
    // The body only says whose files changed, so the next change may have the same body.
    topic: ['text:list_folder'],
    knownBy: 'request',
    handshake: { kind: 'get', when: {}, token: null, challenge: 'q:challenge' },
    secret: "the app's secret",
  }),
  preset({
    name: 'box',
    title: 'Box',
    scheme: {
      ...timedHmac({ h: 'box-signature-primary' }, 'base64', '{body}{ts}', {
        from: 'h:box-delivery-timestamp',
        fmt: 'rfc3339',
        tol: 600,
      }),
      sig: [{ h: 'box-signature-primary' }, { h: 'box-signature-secondary' }],
    },
    topic: ['json:/trigger'],
    id: ['h:box-delivery-id'],
    entity: ['json:/source/id'],
    secret: "the app's primary or secondary signature key",
  }),
  preset({
    name: 'calendly',
    title: 'Calendly',
    scheme: { ...stripeLike('calendly-webhook-signature'), ts: { from: 'sig:t', fmt: 's', tol: 180 } },
    topic: ['json:/event'],
    entity: ['json:/payload/uri'],
    // The body contains the time of the event, so no two events have the same body.
    knownBy: 'body',
    retryHorizonSeconds: 86_400,
    secret: "the subscription's signing key",
    isSecretChosen: true,
  }),
];
