/** The house rules as data: who may import whom, who speaks SQL, how long a file may be. `judge.ts` applies them. */

/** What each room may import. A room is a folder of src/ or a file without its ending; of several the longest name holds. */
export type Rooms = Readonly<Record<string, readonly string[]>>;

/** For a package or a module of the platform: the rooms and files that may import it. */
export type Packages = Readonly<Record<string, readonly string[]>>;

/** Files that may be longer than `LONGEST`, and why. */
export type LongFiles = Readonly<Record<string, string>>;

/** What stands at the bottom, for everyone above it. `src` are the other files directly in src/. */
const GROUND = ['limits', 'result', 'src', 'json', 'memory', 'read-body', 'audit'];
/** What the rooms of the log know of the world around it. */
const AROUND_THE_LOG = [...GROUND, 'numbering', 'providers', 'delivery', 'subscriptions', 'log/contract'];

/**
 * From the ground up: a room names only rooms above its own line here, so rooms import each other in one direction. An
 * import of a type counts as any other. `log` are the files directly in src/log/ that have no line of their own.
 */
export const ROOMS: Rooms = {
  limits: [],
  result: [],
  src: ['limits', 'result'],
  audit: ['src'],
  memory: ['limits', 'src'],
  'read-body': ['limits', 'result', 'src', 'memory'],
  numbering: ['limits'],
  json: ['limits', 'result'],
  input: [...GROUND],
  signature: [...GROUND, 'input'],
  providers: [...GROUND, 'input', 'signature'],
  delivery: [...GROUND, 'signature', 'providers'],
  subscriptions: [...GROUND, 'input', 'signature', 'providers', 'delivery'],

  'log/contract': [...GROUND, 'numbering', 'providers', 'subscriptions'],
  views: [...GROUND, 'input', 'log/contract'],
  'log/stub': [...GROUND, 'subscriptions', 'log/contract'],
  'log/store': AROUND_THE_LOG,
  'log/commit': [...AROUND_THE_LOG, 'log/store'],
  'log/forward': [...AROUND_THE_LOG, 'signature', 'log/store', 'log/commit'],
  'log/confirm': [...AROUND_THE_LOG, 'log/store', 'log/commit'],
  'log/read': [...AROUND_THE_LOG, 'log/store', 'log/commit', 'log/forward'],
  'log/stream': [...AROUND_THE_LOG, 'views', 'log/store', 'log/commit', 'log/forward', 'log/read'],
  log: [
    ...AROUND_THE_LOG,
    ...['log/store', 'log/commit', 'log/forward', 'log/confirm', 'log/read', 'log/stream'],
  ],

  tokens: [...GROUND],
  configuration: [...GROUND, 'input', 'providers', 'subscriptions'],
  ingest: [...GROUND, 'signature', 'providers', 'delivery', 'subscriptions', 'log/contract', 'log/stub'],
  api: [
    ...[...GROUND, 'input', 'numbering', 'signature', 'providers', 'delivery', 'subscriptions'],
    ...['log/contract', 'log/stub', 'views', 'tokens', 'configuration', 'ingest'],
  ],
  'page/browser': [],
  page: [...GROUND, 'input', 'providers', 'subscriptions', 'log/contract', 'views', 'api'],
  alarms: [...GROUND, 'subscriptions', 'log/contract', 'log/stub'],
  index: ['src', 'log', 'delivery', 'tokens', 'ingest', 'api', 'page', 'alarms'],
};

/** The platform's own module belongs to the three classes that the platform makes; a package not named here, to nobody. */
export const PACKAGES: Packages = {
  'cloudflare:workers': ['log/webhook-log', 'delivery/courier', 'tokens/api-tokens'],
  async_hooks: ['request-id', 'audit/acting'],
  hono: ['api', 'page'],
  valibot: ['input', 'signature', 'providers', 'subscriptions', 'api'],
};

/** Who calls `exec` of SqlStorage: the tables of a webhook, those of the API tokens, and the audit log that both have. */
export const SQL: readonly string[] = ['log/store', 'tokens/api-tokens', 'audit/audit-rows'];

/** Lines of a file in src/, at most. */
export const LONGEST = 250;

/** An exception that its file no longer needs fails the test. */
export const LONG_FILES: LongFiles = {};
