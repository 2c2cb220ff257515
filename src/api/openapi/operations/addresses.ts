/** The addresses that most operations begin with. */
export const W = '/v1/webhooks/{webhook_id}';
export const D = `${W}/destinations/{destination_id}`;
export const E = `${W}/events/{sequence}`;
