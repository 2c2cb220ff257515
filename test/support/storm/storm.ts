/**
 * A gateway under load that is killed with SIGKILL again and again, in the worst moments that chance finds: in a flood,
 * while a receiver has a request in its hands, during a replay, a pause, a recovery, right after its start. Then the
 * weather clears, and what is left behind is judged (`verdict.ts`).
 */
import { type Client, clientOf } from '../client';
import { eventually, pause } from '../eventually';
import { type Gateway, startGateway } from '../gateway';
import { Chance } from '../simulation/random';
import { Provider } from './provider';
import { Receivers, type Weather } from './receivers';
import {
  deliveries,
  feedOf,
  gapIds,
  gapProblems,
  type Logs,
  logProblems,
  missingIds,
  readLogs,
} from './verdict';
import { createWebhooks, DESTINATIONS, type StormWebhooks } from './webhooks';

const SCENES = ['load', 'flood', 'in flight', 'replay', 'pause', 'recovery', 'at start'] as const;
type Scene = (typeof SCENES)[number];

/** Longest wait for a moment that may not come. */
const MOMENT_MS = 2000;
/**
 * Once the weather is fine, something arrives at least so often until everything has: a probe goes out every minute. What
 * arrived by a replay after it had failed does not come any more, and is waited for so long in vain.
 */
const STILL_MS = 90_000;

export type StormReport = {
  problems: string[];
  /** For people. */
  summary: Record<string, unknown>;
};

export async function storm(
  rounds: number,
  seed: number,
  { capped, said }: { capped: boolean; said: (line: string) => void },
): Promise<StormReport> {
  const chance = new Chance(seed);
  const receivers = new Receivers(
    DESTINATIONS.map(({ name }) => name),
    chance,
  );
  await receivers.start();
  const gateway = await startGateway({}, { capped });
  try {
    const client = clientOf(gateway);
    const webhooks = await createWebhooks(client, receivers);
    const provider = new Provider(client, webhooks.ids, chance);
    const life = new Storm(gateway, client, webhooks, provider, receivers, chance);
    await provider.begin();
    for (let round = 1; round <= rounds; round++) {
      await life.round();
      if (round % 10 === 0) said(`${round} kills, ${provider.acked.length} events acked`);
    }
    return await life.calm();
  } finally {
    await gateway.stop();
    await receivers.close();
  }
}

class Storm {
  #gateway: Gateway;
  #client: Client;
  #webhooks: StormWebhooks;
  #provider: Provider;
  #receivers: Receivers;
  #chance: Chance;
  #kills: Partial<Record<Scene, number>> = {};
  #paused = new Set<string>();

  constructor(
    gateway: Gateway,
    client: Client,
    webhooks: StormWebhooks,
    provider: Provider,
    receivers: Receivers,
    chance: Chance,
  ) {
    this.#gateway = gateway;
    this.#client = client;
    this.#webhooks = webhooks;
    this.#provider = provider;
    this.#receivers = receivers;
    this.#chance = chance;
  }

  async round(): Promise<void> {
    const scene = this.#chance.of(SCENES);
    this.#receivers.setWeather(() => this.#weather());
    this.#provider.happen(scene === 'flood' ? this.#chance.int(150, 300) : this.#chance.int(20, 100));
    const concurrency = scene === 'flood' ? 32 : this.#chance.int(2, 12);
    const flowing = Promise.race([this.#provider.nextAck(), pause(MOMENT_MS)]);
    const others = Promise.all([this.#provider.send(concurrency), this.#provider.forge()]);
    if (scene !== 'at start') await flowing;
    await this.#play(scene);
    await this.#gateway.kill9();
    this.#kills[scene] = (this.#kills[scene] ?? 0) + 1;
    this.#provider.stop();
    await others;
    await this.#gateway.restart();
  }

  #weather(): Weather {
    const luck = this.#chance.next();
    if (luck < 0.6) return 'fine';
    return luck < 0.9 ? 'sick' : 'down';
  }

  /** Ends in the moment of the kill. */
  async #play(scene: Scene): Promise<void> {
    const chance = this.#chance;
    switch (scene) {
      case 'load':
        return pause(chance.int(50, 1200));
      case 'flood':
        return pause(chance.int(50, 900));
      case 'at start':
        return pause(chance.int(0, 30));
      case 'in flight':
        await Promise.race([this.#receivers.catchNext(this.#any().name), pause(MOMENT_MS)]);
        return pause(chance.int(0, 20));
      case 'replay':
        await pause(chance.int(0, 400));
        await this.#replay();
        return pause(chance.int(0, 300));
      case 'pause': {
        const { name } = this.#any();
        await pause(chance.int(0, 200));
        // Not waited for: the kill may come before it, after it, or in between.
        void this.#setActive(name, this.#paused.has(name));
        return pause(chance.int(0, 100));
      }
      case 'recovery':
        this.#receivers.setWeather(() => 'down');
        await pause(chance.int(300, 1000));
        this.#receivers.setWeather(() => 'fine');
        return pause(chance.int(0, 1500));
    }
  }

  #any(): (typeof DESTINATIONS)[number] {
    const found = DESTINATIONS[this.#chance.int(0, DESTINATIONS.length - 1)];
    if (found === undefined) throw new Error('no destinations');
    return found;
  }

  async #setActive(name: string, active: boolean): Promise<void> {
    if (active) this.#paused.delete(name);
    else this.#paused.add(name);
    const path = this.#webhooks.paths.get(name) ?? '';
    await this.#client.call('PATCH', path, { is_active: active }).catch(() => null);
  }

  async #replay(): Promise<void> {
    const { name, webhook } = this.#any();
    const from = this.#chance.int(1, Math.max(1, this.#provider.sent[webhook].size));
    const destination_id = this.#webhooks.paths.get(name)?.split('/').at(-1);
    const input = { from_sequence: from, to_sequence: from + this.#chance.int(0, 60), destination_id };
    const path = `/v1/webhooks/${this.#webhooks.ids[webhook]}/replays`;
    await this.#client.call('POST', path, input).catch(() => null);
  }

  /** Lets everything arrive, and judges. */
  async calm(): Promise<StormReport> {
    const startedAt = Date.now();
    const provider = this.#provider;
    this.#receivers.setWeather(() => 'fine');
    for (const { name } of DESTINATIONS) await this.#setActive(name, true);
    provider.catchUp();
    await provider.send(8);
    const logs = await readLogs(this.#client, this.#webhooks);
    await this.#untilDelivered(logs);
    const expected = missingIds(logs);
    await eventually(async () => {
      const found = await gapIds(this.#client, this.#webhooks);
      if (found.length !== expected.length) throw new Error('the gap list is not complete');
    }).catch(() => null);
    return this.#report(logs, await gapIds(this.#client, this.#webhooks), Date.now() - startedAt);
  }

  /** As long as anything arrives. */
  async #untilDelivered(logs: Logs): Promise<void> {
    const provider = this.#provider;
    const wanted = DESTINATIONS.map(destination => feedOf(destination, logs, provider));
    const { feeds } = this.#receivers;
    const left = () =>
      wanted.reduce((sum, feed, index) => sum + (feeds[index]?.missing(feed).length ?? 0), 0);
    let before = left();
    for (let since = Date.now(); before > 0 && Date.now() - since < STILL_MS; ) {
      await pause(200);
      const now = left();
      if (now < before) since = Date.now();
      before = now;
    }
  }

  async #report(logs: Logs, gaps: readonly number[], calmMs: number): Promise<StormReport> {
    const provider = this.#provider;
    const { feeds } = this.#receivers;
    const total = (count: (feed: (typeof feeds)[number]) => number) =>
      feeds.reduce((sum, feed) => sum + count(feed), 0);
    const delivered = await deliveries(this.#client, this.#webhooks, logs, provider, this.#receivers);
    const statuses = await Promise.all(Object.values(this.#webhooks.ids).map(id => this.#client.status(id)));
    const dead = statuses
      .flatMap(({ destinations }) => destinations as { dead: number; lost: unknown[] }[])
      .filter(one => one.dead > 0 || one.lost.length > 0);
    return {
      problems: [
        ...provider.problems,
        ...this.#receivers.problems,
        ...logProblems(logs, provider),
        ...gapProblems(gaps, logs, provider),
        ...delivered.problems,
        ...dead.map(one => `gave up: ${JSON.stringify(one)}`),
      ],
      summary: {
        kills: Object.values(this.#kills).reduce((sum, count) => sum + count, 0),
        'kills by scene': this.#kills,
        'events sent': provider.all.length,
        answers: provider.answers,
        'events acked': provider.acked.length,
        'events in the log': logs.shipstream.length + logs.apideck.length,
        'stored though the ack was lost': this.#storedUnacked(logs),
        'forgeries sent': provider.forgeries,
        'deliveries owed': delivered.owed,
        'deliveries made': delivered.made,
        'of these by a replay, after they had failed': delivered.byReplay,
        attempts: total(({ arrivals }) => arrivals),
        redeliveries: total(({ redeliveries }) => redeliveries),
        'replayed deliveries': total(({ replays }) => replays),
        'gap ids expected': missingIds(logs).length,
        'gap ids found': gaps.length,
        'ids never sent': provider.skipped.length,
        'seconds until calm': Math.round(calmMs / 1000),
      },
    };
  }

  #storedUnacked(logs: Logs): number {
    const acked = new Set(this.#provider.acked.map(({ provider, sequence }) => `${provider} ${sequence}`));
    return (['shipstream', 'apideck'] as const).reduce(
      (sum, name) => sum + logs[name].filter(({ sequence }) => !acked.has(`${name} ${sequence}`)).length,
      0,
    );
  }
}
