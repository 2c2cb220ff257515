/** How a provider's API confirms an event before it is forwarded, where the signature does not vouch for what it says. */
import type { Result } from '../result';

/** `url` is the API's base, `https://app.ecwid.com/api/v3`; `token` an access token of the store, in clear. */
export type ConfirmSettings = { url: string; token: string };

/** A GET to make. */
export type ConfirmRequest = { url: string; headers: Record<string, string> };

/** `status` 0 stands for no answer (timeout, connection); `json` is the parsed body, undefined where it is none. */
export type ConfirmResponse = { status: number; json: unknown };

export type Judgement =
  | { verdict: 'confirmed' }
  | { verdict: 'unconfirmed'; detail: string }
  /** `held`: the token lacks a scope, somebody has to act. */
  | { verdict: 'retry'; detail: string; held?: true };

export type Confirmation = {
  /** False: events of this topic name nothing that could be fetched, and are forwarded as they came. */
  isNeededFor(topic: string): boolean;
  /** The account at the provider that an event is about, which may need a token of its own; null where it names none. */
  accountOf(body: Uint8Array): string | null;
  /** What to fetch for an event; the error says why there is nothing to fetch: the event cannot be confirmed. */
  request(settings: ConfirmSettings, body: Uint8Array): Result<ConfirmRequest, string>;
  /** What the answer says about the event. Details carry no values of either. */
  judge(body: Uint8Array, response: ConfirmResponse): Judgement;
};
