import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { cloudflareTest } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';

// The Worker names what it builds.
execFileSync(process.execPath, [join(import.meta.dirname, 'bin/build.mjs')]);

/** Modules by themselves, in one workerd after the other file; the Durable Object, a fresh workerd for each file. */
const inWorkerd = (main = './src/index.ts') =>
  cloudflareTest({
    main,
    wrangler: { configPath: './wrangler.toml' },
    miniflare: {
      bindings: {
        ADMIN_TOKEN: 'test-admin-token-test-admin-token-0000',
        SECRETS_KEY: 'test-secrets-key-test-secrets-key-0000',
        ALLOW_PRIVATE_DESTINATIONS: '1',
        // As in wrangler.toml, whatever a developer has in `.dev.vars`.
        ...{ PUBLIC_URL: '', OPERATIONS_URL: '', STORAGE_LIMIT_BYTES: '', RPC_SHOW_SECRETS: '' },
        ...{ SECRETS_KEY_PREVIOUS: '', TRANSFER_KEY: '' },
      },
    },
  });
/** A busy machine is no failure: time is for benchmarks. */
const testTimeout = 60_000;
/** How long tests wait for what has to come, and how often they look. */
const expect = { poll: { timeout: 20_000, interval: 20 } };
const patient = { testTimeout, expect };
const overHttp = { ...patient, hookTimeout: 120_000 };
const globalSetup = [
  './test/support/start-chaos-receiver.ts',
  './test/support/simulation/size.ts',
  './test/support/fuzz-size.ts',
];

/** What also runs under the limits of production that no local runtime has (`test/support/capped/`). */
const CAPPED = ['test/object/forward/**/*.test.ts', 'test/capped/**/*.test.ts'];
/** Objects take time to wake only there. */
const WAKING = 'test/conformance/waking-object.test.ts';

/**
 * The house rules read the source, in Node. Unit and object rings run inside workerd; the conformance ring talks HTTP to a
 * gateway started as users start it.
 */
export default defineConfig({
  test: {
    // Many tests wait, for a time or for a process: more of them than cores run at once.
    maxWorkers: 4,
    projects: [
      { test: { name: 'house', include: ['test/house/**/*.test.ts'], ...patient } },
      {
        plugins: [inWorkerd()],
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false, globalSetup, ...patient },
      },
      {
        plugins: [inWorkerd()],
        test: { name: 'object', include: ['test/object/**/*.test.ts'], globalSetup, ...patient },
      },
      {
        plugins: [inWorkerd('./test/support/capped/worker.ts')],
        test: { name: 'capped', include: CAPPED, globalSetup, ...patient },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          exclude: [WAKING],
          globalSetup: ['./test/support/fuzz-size.ts', './test/support/shared-gateway.ts'],
          ...overHttp,
        },
      },
      {
        test: {
          name: 'conformance-capped',
          include: ['test/conformance/delivery.test.ts', WAKING],
          globalSetup: ['./test/support/shared-capped-gateway.ts'],
          ...overHttp,
        },
      },
    ],
  },
});
