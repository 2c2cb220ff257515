/** How a webhook's events are confirmed, as the API takes it: where to ask, and with which token for which store. */
import * as v from 'valibot';
import { MAX_URL_LENGTH } from '../delivery/url-policy';
import type { FieldError } from '../input/field-errors';
import { about, fieldsOf, jsonObject, text } from '../input/fields';
import type { Provider } from '../providers/provider';
import type { InputRules } from './input-rules';
import { MASK } from './masking';
import { confirmToken } from './secret-input';
import type { ConfirmRecord } from './webhook';

/** Stores with a token of their own, at most. */
const MAX_STORES = 500;

/** What is wanted. A null stands for what is stored; `tokens` are by the provider's id of the store. */
export type ConfirmSettings = {
  url: string;
  token: string | null;
  tokens: Record<string, string | null> | null;
};

const tokens = v.pipe(
  jsonObject,
  v.record(
    v.pipe(v.string(), v.regex(/^\d{1,20}$/, 'must be the id of a store: digits')),
    confirmToken,
    'must be an object of tokens',
  ),
  v.check(given => Object.keys(given).length <= MAX_STORES, `must have at most ${MAX_STORES} stores`),
);

export const confirmSchema = fieldsOf({
  url: about("Where the provider's API is, as `https://app.ecwid.com/api/v3`.", text(MAX_URL_LENGTH)),
  token: about('The token for stores that have none of their own.', v.optional(confirmToken)),
  tokens: about('Tokens by the id of the store.', v.optional(tokens)),
});

export const confirmSettings = (given: v.InferOutput<typeof confirmSchema>): ConfirmSettings => ({
  url: given.url,
  token: given.token ?? null,
  tokens:
    given.tokens === undefined
      ? null
      : Object.fromEntries(
          Object.entries(given.tokens).map(([store, token]) => [store, token === MASK ? null : token]),
        ),
});

/**
 * What is stored of a confirmation and may be used under another url. Who may change a webhook may not read its secrets: a
 * stored token goes to the host that it was given for, no other.
 */
export const keptConfirm = (current: ConfirmRecord | null, url: string): ConfirmRecord | null =>
  current !== null && URL.parse(current.url)?.origin === URL.parse(url)?.origin ? current : null;

/** @param current the confirmation that there is */
export function confirmErrors(
  confirm: ConfirmSettings | null,
  current: ConfirmRecord | null,
  provider: Provider,
  rules: InputRules,
): FieldError[] {
  if (confirm === null) return [];
  const kept = keptConfirm(current, confirm.url);
  const errors: FieldError[] = [];
  if (provider.confirm === null) errors.push({ path: '/confirm', message: 'is only for provider "ecwid"' });
  const stores = Object.keys(confirm.tokens ?? kept?.tokens ?? {});
  if (confirm.token === null && kept?.hasToken !== true && stores.length === 0) {
    const message = 'is required, also where the url leads to another host; or tokens, by store';
    errors.push({ path: '/confirm/token', message });
  }
  for (const [store, token] of Object.entries(confirm.tokens ?? {})) {
    if (token !== null || (kept !== null && Object.hasOwn(kept.tokens, store))) continue;
    const message =
      'needs a value: a masked one stands for none here, nor where the url leads to another host';
    errors.push({ path: `/confirm/tokens/${store}`, message });
  }
  const problem = rules.urlProblem(confirm.url);
  if (problem !== null) errors.push({ path: '/confirm/url', message: problem });
  return errors;
}

/** As a merge patch applies to it: without the token, and with stores whose tokens are masked. */
export function confirmDocument(confirm: ConfirmRecord | null) {
  if (confirm === null) return null;
  const stores = Object.keys(confirm.tokens);
  const tokens = Object.fromEntries(stores.map(store => [store, MASK]));
  return { url: confirm.url, ...(stores.length === 0 ? {} : { tokens }) };
}
