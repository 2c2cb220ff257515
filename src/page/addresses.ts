/** Where things are on the page. */
import { queryText } from './ask-api';

type Id = string | number;

export const webhookPath = (id: Id): string => `/webhooks/${encodeURIComponent(id)}`;
export const eventsPath = (id: Id, query: Record<string, string | number | null> = {}): string =>
  `${webhookPath(id)}/events${queryText(query)}`;
export const eventPath = (id: Id, sequence: Id): string => `${webhookPath(id)}/events/${sequence}`;
export const bodyPath = (id: Id, sequence: Id): string => `${eventPath(id, sequence)}/body`;
export const gapsPath = (id: Id, status = ''): string => `${webhookPath(id)}/gaps${queryText({ status })}`;
export const streamPath = (id: Id): string => `${webhookPath(id)}/stream`;
export const sequencePath = (id: Id, query: Record<string, string | number | null> = {}): string =>
  `${webhookPath(id)}/sequence${queryText(query)}`;
export const destinationPath = (id: Id, destinationId: string): string =>
  `${webhookPath(id)}/destinations/${encodeURIComponent(destinationId)}`;

/** The same below `/v1`. */
export const apiPath = (pagePath: string): string => `/v1${pagePath}`;
