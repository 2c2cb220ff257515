/**
 * Plain workerd with what `wrangler deploy --dry-run` builds: no development server in between, none of its proxies.
 *
 * Two services listen: the gateway, and the floor that every figure is a ratio of. KV and rate limits are stand-ins.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildWorker } from '../bin/build/worker.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const settings = readFileSync(join(root, 'wrangler.toml'), 'utf8');
const compatibilityDate = /^compatibility_date = "(.*)"$/m.exec(settings)?.[1];

export const ADMIN_TOKEN = 'bench-admin-token-bench-admin-token-0000';

/** With a meter on what its objects pay for. */
export const METERED = { module: 'counted.js', entrypoint: 'Meter' };
/** With a way to fill a log. */
export const FILLED = { module: 'filled.js', entrypoint: 'Filler' };
/** With a way to drive an object or a courier without an edge. */
export const ALONE = { module: 'alone.js', entrypoint: 'Drive' };

/** A directory of this run; `remove` deletes it. */
export function workDirectory() {
  const path = mkdtempSync(join(tmpdir(), 'gapless-bench-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The gateway under production's limits of connections, which plain workerd does not have either. */
const CAPPED = join('test', 'support', 'capped', 'worker.ts');

/** What runs beside the gateway, or around it. */
const WORKERS = ['floor.js', 'stand-ins.js', ...[METERED, FILLED, ALONE].map(({ module }) => module)];

/** Builds the gateway into `directory` as a deployment would; `capped`: under production's limits of connections. */
export async function build(directory, { capped = false } = {}) {
  if (capped) {
    await buildWorker(root, CAPPED, directory);
    renameSync(join(directory, 'worker.js'), join(directory, 'index.js'));
  } else {
    const wrangler = join(root, 'node_modules', '.bin', 'wrangler');
    const args = [wrangler, 'deploy', '--dry-run', '--outdir', directory];
    execFileSync(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  for (const name of WORKERS) {
    copyFileSync(new URL(`./workers/${name}`, import.meta.url), join(directory, name));
  }
}

/** The modules of the gateway, the one that starts first. */
export function modulesIn(directory) {
  const names = readdirSync(directory).filter(name => /\.m?js$/.test(name) && !WORKERS.includes(name));
  return ['index.js', ...names.filter(name => name !== 'index.js').sort()];
}

/**
 * Starts workerd on the build in `directory`, with its own storage under `name`. `variant`: the gateway with
 * something added, and the entrypoint by which it is asked; `flags`: more of workerd's own; `v8Flags`: of its engine.
 * Answers `{ ports: { gapless, floor, kv, variant }, pid, logs, stop }`, `logs` being the directory of the webhooks' storage.
 */
export async function startWorkerd(directory, name, { variant = null, flags = [], v8Flags = [] } = {}) {
  const disk = join(directory, name);
  mkdirSync(disk);
  const config = join(directory, `${name}.capnp`);
  const modules = [...(variant === null ? [] : [variant.module]), ...modulesIn(directory)];
  writeFileSync(config, configuration(disk, modules, variant, v8Flags));
  // The binary itself and not npm's wrapper, because this process is what is measured and stopped.
  const workerd = spawn(workerdBinary(), ['serve', '--experimental', config, '--control-fd=3', ...flags], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  // A bench that fails leaves nothing running.
  const kill = () => workerd.kill('SIGKILL');
  process.on('exit', kill);
  const ports = {};
  const wanted = variant === null ? 3 : 4;
  await new Promise((resolve, reject) => {
    workerd.on('exit', code => reject(new Error(`workerd ended with ${code}`)));
    workerd.stdio[3].on('data', chunk => {
      for (const line of String(chunk).split('\n').filter(Boolean)) {
        const { event, socket, port } = JSON.parse(line);
        if (event === 'listen' && socket !== 'inspector') ports[socket] = port;
      }
      if (Object.keys(ports).length === wanted) resolve();
    });
  });
  const ended = new Promise(resolve => workerd.on('exit', resolve));
  const stop = async () => {
    workerd.kill('SIGTERM');
    await ended;
    process.off('exit', kill);
  };
  return { ports, pid: workerd.pid, logs: join(disk, 'log'), stop };
}

/** The program itself, not the wrapper of npm. */
export function workerdBinary() {
  const require = createRequire(import.meta.url);
  const platform = `@cloudflare/workerd-${process.platform}-${process.arch === 'x64' ? '64' : process.arch}`;
  const inner = createRequire(require.resolve('workerd/package.json'));
  return inner.resolve(`${platform}/bin/workerd`);
}

const configuration = (disk, modules, variant, v8Flags) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = ${JSON.stringify(v8Flags)},
  services = [
    (name = "gapless", worker = (
      modules = [${modules.map(name => `(name = "${name}", esModule = embed "${name}")`).join(', ')}],
      compatibilityDate = "${compatibilityDate}",
      compatibilityFlags = ["global_fetch_strictly_public"],
      bindings = [
        (name = "WEBHOOKS", durableObjectNamespace = "WebhookLog"),
        (name = "COURIERS", durableObjectNamespace = "Courier"),
        (name = "TOKENS", durableObjectNamespace = "ApiTokens"),
        (name = "SUBSCRIPTIONS", kvNamespace = (name = "stand-ins", entrypoint = "Kv")),
        (name = "FAILED_VERIFICATIONS", service = (name = "stand-ins", entrypoint = "Limits")),
        (name = "FAILED_SIGN_INS", service = (name = "stand-ins", entrypoint = "Limits")),
        (name = "ADMIN_TOKEN", text = "${ADMIN_TOKEN}"),
        (name = "SECRETS_KEY", text = "bench-secrets-key-bench-secrets-key-000"),
        (name = "ALLOW_PRIVATE_DESTINATIONS", text = "1"),
        (name = "PUBLIC_URL", text = ""), (name = "OPERATIONS_URL", text = ""), (name = "RPC_SHOW_SECRETS", text = ""),
      ],
      durableObjectNamespaces = [
        (className = "WebhookLog", uniqueKey = "log", enableSql = true),
        (className = "Courier", uniqueKey = "courier", enableSql = true),
        (className = "ApiTokens", uniqueKey = "tokens", enableSql = true),
      ],
      durableObjectStorage = (localDisk = "disk"),
    )),
    (name = "floor", worker = (
      modules = [(name = "floor.js", esModule = embed "floor.js")],
      compatibilityDate = "${compatibilityDate}",
      bindings = [(name = "FLOOR", durableObjectNamespace = "Floor")],
      durableObjectNamespaces = [(className = "Floor", uniqueKey = "floor", enableSql = true)],
      durableObjectStorage = (localDisk = "disk"),
    )),
    (name = "stand-ins", worker = (
      modules = [(name = "stand-ins.js", esModule = embed "stand-ins.js")],
      compatibilityDate = "${compatibilityDate}",
    )),
    (name = "disk", disk = (path = "${disk}", writable = true)),
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [
    (name = "gapless", address = "127.0.0.1:0", http = (), service = "gapless"),
    (name = "floor", address = "127.0.0.1:0", http = (), service = "floor"),
    (name = "kv", address = "127.0.0.1:0", http = (), service = "stand-ins"),
    ${variant === null ? '' : `(name = "variant", address = "127.0.0.1:0", http = (), service = (name = "gapless", entrypoint = "${variant.entrypoint}")),`}
  ],
);
`;
