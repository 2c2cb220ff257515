/** The providers the gateway knows, by name. Adding one means a file beside this and a line here. */
import { apideck } from './apideck';
import { ecwid } from './ecwid';
import type { Provider } from './provider';
import { shipstream } from './shipstream';

export const PROVIDERS: readonly Provider[] = [shipstream, apideck, ecwid];

const byName: ReadonlyMap<string, Provider> = new Map(PROVIDERS.map(provider => [provider.name, provider]));

/** The adapter of a provider, as in `"provider": "shipstream"`; undefined for a name the gateway does not know. */
export const providerFor = (name: string): Provider | undefined => byName.get(name);
