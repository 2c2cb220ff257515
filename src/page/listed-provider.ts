/** What the API's list of providers says of one of them. */
import type { ListedProvider } from './answers';
import { askApi } from './ask-api';
import type { PageContext } from './context';

/** Undefined where the list does not have it, or could not be had: then the page says less. */
export async function listedProvider(c: PageContext, name: string): Promise<ListedProvider | undefined> {
  const list = await askApi<{ providers: ListedProvider[] }>(c, 'GET', '/v1/providers');
  return list.ok ? list.value.providers.find(provider => provider.name === name) : undefined;
}
