/**
 * The providers the gateway knows, by name: three with code of their own, the others from the tables in `presets/`, each made when it is
 * first asked for: most isolates meet a few, and all of them would be half the time in which the Worker starts. The
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

const OWN = [shipstream, apideck, ecwid];
const PRESETS = [COMMERCE, MESSAGING, CUSTOMERS, DEVELOPMENT, DOCUMENTS, GENERIC].flat();

/** The names of all, in the order in which they are shown. */
export const PROVIDER_NAMES: readonly string[] = [...OWN, ...PRESETS].map(({ name }) => name);

const made = new Map<string, Provider>(OWN.map(provider => [provider.name, provider]));
const declarations: ReadonlyMap<string, Declaration> = new Map(PRESETS.map(preset => [preset.name, preset]));

/** The adapter of a provider, as in `"provider": "shipstream"`; undefined for a name the gateway does not know. */
export function providerFor(name: string): Provider | undefined {
  const known = made.get(name);
  const declaration = declarations.get(name);
  if (known !== undefined || declaration === undefined) return known;
  const provider = declaredProvider(declaration);
  // A mistake in the tables is a mistake in the code, found by the first test.
  if (!provider.ok) throw new TypeError(`preset ${name}: ${JSON.stringify(provider.error)}`);
  made.set(name, provider.value);
  return provider.value;
}

/** Every adapter. */
export const allProviders = (): Provider[] => PROVIDER_NAMES.flatMap(name => providerFor(name) ?? []);

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
