/**
 * Where what an alert tells of can be seen. Today these are addresses of the API; a page that shows the same takes them over
 * here. Pure.
 */

/** What is to be shown of a webhook. */
export type Shown =
  | { what: 'status' | 'gaps' | 'rejections' | 'latest' }
  | { what: 'event'; sequence: number }
  | { what: 'deliveries'; destinationId: string; delivery: 'dead' | 'retrying' | 'waiting' };

/** @param base PUBLIC_URL; null where that is empty, as nobody knows the gateway's address then */
export function linkTo(base: string, webhookId: number, shown: Shown): string | null {
  return URL.canParse(base) ? base.replace(/\/+$/, '') + pathOf(`/v1/webhooks/${webhookId}`, shown) : null;
}

function pathOf(webhook: string, shown: Shown): string {
  switch (shown.what) {
    case 'status':
    case 'rejections':
      return `${webhook}/${shown.what}`;
    case 'gaps':
      return `${webhook}/gaps?status=open`;
    case 'latest':
      return `${webhook}/events?order=desc`;
    case 'event':
      return `${webhook}/events/${shown.sequence}`;
    case 'deliveries': {
      const id = encodeURIComponent(shown.destinationId);
      return `${webhook}/events?destination_id=${id}&delivery=${shown.delivery}`;
    }
  }
}
