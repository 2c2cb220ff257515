/** An operation of the API as the description tells it. */
export type Operation = {
  method: 'get' | 'post' | 'patch' | 'put' | 'delete';
  path: string;
  /** `operationId` */
  id: string;
  tag: Tag;
  summary: string;
  description?: string;
  /** Names of `PARAMETERS`, those of the path left out. */
  takes?: readonly string[];
  /** Name of a schema; `optional`: the body may be empty. */
  body?: { schema: string; optional?: true; example: unknown };
  /** What the example in the reference asks for, besides the address. */
  query?: string;
  /** Status and schema of the answer; null for none. */
  answers: readonly [status: number, schema: string | null];
  /** Other content than JSON. */
  type?: string;
  /** Schema of a line, where the answer comes as lines of JSON, too. */
  linesOf?: string;
  /** Statuses of problems besides those that every operation with a token can have. */
  problems?: readonly number[];
  /** False where no token is needed. */
  secured?: false;
};

export const TAGS = {
  webhooks: 'Inbound subscriptions, one per webhook at a provider.',
  destinations: 'Where the events of a webhook go.',
  events: 'What arrived: a list, a feed to pull, single events.',
  sequence: 'What is missing, and what to do about it.',
  replay: 'Sending again.',
  diagnosis: 'Why requests are refused; samples.',
  access: 'Tokens.',
  operation: 'The overview, configuration as code, metrics, health, this description.',
  providers: 'What providers call.',
} as const;

type Tag = keyof typeof TAGS;
