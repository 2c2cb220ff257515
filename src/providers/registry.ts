/**
 * The providers the gateway knows, by name: three with code of their own, the others from the tables in `presets/`. The
 * scheme of a `custom` provider is in the webhook's record.
 */
import { apideck } from './apideck';
import { CUSTOM, type CustomDefinition, customProvider } from './custom';
import { type Declaration, declaredProvider } from './declared';
import { ecwid } from './ecwid';
import { COMMERCE } from './presets/commerce';
import { CUSTOMERS } from './presets/customers';
import { DEVELOPMENT } from './presets/development';
import { DOCUMENTS } from './presets/documents';
import { GENERIC } from './presets/generic';
import { MESSAGING } from './presets/messaging';
import type { Provider } from './provider';
import { shipstream } from './shipstream';

const declared = (declaration: Declaration): Provider => {
  const provider = declaredProvider(declaration);
  // A mistake in the tables is a mistake in the code, found by the first test or the first start.
  if (!provider.ok) throw new TypeError(`preset ${declaration.name}: ${JSON.stringify(provider.error)}`);
  return provider.value;
};

const presets = [COMMERCE, MESSAGING, CUSTOMERS, DEVELOPMENT, DOCUMENTS, GENERIC].flat().map(declared);

export const PROVIDERS: readonly Provider[] = [shipstream, apideck, ecwid, ...presets];

const byName: ReadonlyMap<string, Provider> = new Map(PROVIDERS.map(provider => [provider.name, provider]));

/** The adapter of a provider, as in `"provider": "shipstream"`; undefined for a name the gateway does not know. */
export const providerFor = (name: string): Provider | undefined => byName.get(name);

/** What of a webhook's record says who its provider is: a name, and for `custom` a scheme. */
export type ProviderChoice = { provider: string; signature?: CustomDefinition | null };

const ownProviders = new WeakMap<CustomDefinition, Provider | undefined>();

/** The adapter of a webhook, its own scheme included; undefined where this gateway does not know it. */
export function providerOf({ provider, signature }: ProviderChoice): Provider | undefined {
  if (provider !== CUSTOM || signature === undefined || signature === null) return providerFor(provider);
  if (!ownProviders.has(signature)) {
    const own = customProvider(signature);
    ownProviders.set(signature, own.ok ? own.value : undefined);
  }
  return ownProviders.get(signature);
}
