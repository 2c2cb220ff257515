/** The webhook id in an address or a JSON-RPC argument: an integer, 0 < id < 2^53. Null for anything else. */
export function webhookIdOf(text: string): number | null {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0;
  return id > 0 && Number.isSafeInteger(id) ? id : null;
}
