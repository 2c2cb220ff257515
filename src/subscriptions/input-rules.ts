/**
 * What judges input but is not the input's own: which providers there are, what their secrets look like, and which URLs this
 * deployment allows. Passed in, so that reading input stays a pure function.
 */
import type { Provider } from '../providers/provider';

/**
 * Says why a URL cannot be a destination's, or null: `urlProblem` of `delivery/url-policy.ts` with the deployment's
 * policy.
 */
export type UrlRule = (url: string) => string | null;

export type InputRules = {
  providerNames: readonly string[];
  providerFor(name: string): Provider | undefined;
  /** Why the provider's scheme cannot use the text as a secret, or null; never quotes it. */
  secretProblem(provider: Provider, text: string): string | null;
  urlProblem: UrlRule;
};
