/**
 * Where the provider sends the webhook's events.
 * @param base PUBLIC_URL, or the origin of the request where that is empty
 */
export function ingestUrl(base: string, webhookId: number): string {
  return `${base.replace(/\/+$/, '')}/in/${webhookId}`;
}
