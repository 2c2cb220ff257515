/** Where things are on the page. */
import { queryText } from './ask-api';

type Id = string | number;

/** Making webhooks. Not below `/webhooks/`: a webhook may have any name. */
export const NEW_WEBHOOK = '/webhooks';
export const newWebhookPath = (provider: string): string => NEW_WEBHOOK + queryText({ provider });

export const webhookPath = (id: Id): string => `/webhooks/${encodeURIComponent(id)}`;
export const eventsPath = (id: Id, query: Record<string, string | number | null> = {}): string =>
  `${webhookPath(id)}/events${queryText(query)}`;
export const eventPath = (id: Id, sequence: Id): string =>
  `${webhookPath(id)}/events/${encodeURIComponent(sequence)}`;
export const bodyPath = (id: Id, sequence: Id): string => `${eventPath(id, sequence)}/body`;
export const gapsPath = (id: Id, status = ''): string => `${webhookPath(id)}/gaps${queryText({ status })}`;
/** What can be done about one gap, and closing it. */
export const mendGapPath = (id: Id, { from, to, epoch }: { from: Id; to: Id; epoch: Id }): string =>
  `${gapsPath(id)}/mend${queryText({ from, to, epoch })}`;
export const resolveGapPath = (id: Id): string => `${gapsPath(id)}/resolve`;
export const streamPath = (id: Id): string => `${webhookPath(id)}/stream`;
export const sequencePath = (id: Id, query: Record<string, string | number | null> = {}): string =>
  `${webhookPath(id)}/sequence${queryText(query)}`;
export const destinationPath = (id: Id, destinationId: string): string =>
  `${webhookPath(id)}/destinations/${encodeURIComponent(destinationId)}`;

/** Forms about a webhook, or about a destination of it. */
export const editPath = (path: string): string => `${path}/edit`;
export const secretPath = (path: string): string => `${path}/secret`;
export const deletePath = (path: string): string => `${path}/delete`;
export const samplePath = (id: Id): string => `${webhookPath(id)}/sample`;
export const destinationsPath = (id: Id): string => `${webhookPath(id)}/destinations`;

/** What would be sent again, and what was. */
export const replayPlanPath = (id: Id, query: Record<string, string | number | null>): string =>
  `${webhookPath(id)}/replay${queryText(query)}`;
export const replaysPath = (id: Id): string => `${webhookPath(id)}/replays`;
export const replayPath = (id: Id, replayId: Id): string =>
  `${replaysPath(id)}/${encodeURIComponent(replayId)}`;

/** The same below `/v1`. What of it came from outside is one segment of the path: `askApi` refuses a path that would lead elsewhere. */
export const apiPath = (pagePath: string): string => `/v1${pagePath}`;
