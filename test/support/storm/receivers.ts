/**
 * The destinations of a storm: boxes of one chaos receiver, each with its own weather. What arrives is recorded per
 * destination; how it is answered is chance, in every way that a receiver can go wrong.
 */
import { MISBEHAVIOURS } from '../chaos-behaviours';
import { type ChaosReceiver, startChaosReceiver } from '../chaos-receiver';
import { ReceivedFeed } from '../received-feed';
import type { Received } from '../receiver';
import { standardSignatureHolds } from '../signing';
import type { Chance } from '../simulation/random';

/** `sick`: goes wrong now and then. `down`: answers nothing but errors. */
export type Weather = 'fine' | 'sick' | 'down';

const GONE = '/answer?status=410';

class Destination {
  readonly feed: ReceivedFeed;
  weather: Weather = 'fine';
  secret = '';
  /** Told of the next arrival, which is never answered. */
  caught: (() => void) | null = null;

  constructor(name: string) {
    this.feed = new ReceivedFeed(name);
  }
}

export class Receivers {
  readonly problems: string[] = [];
  #chance: Chance;
  #destinations: Map<string, Destination>;
  #chaos: ChaosReceiver | null = null;

  constructor(names: readonly string[], chance: Chance) {
    this.#chance = chance;
    this.#destinations = new Map(names.map(name => [name, new Destination(name)]));
  }

  async start(): Promise<void> {
    this.#chaos = await startChaosReceiver((name, headers, body) => this.#take(name, headers, body));
  }

  async close(): Promise<void> {
    await this.#chaos?.close();
  }

  urlOf(name: string): string {
    return `${this.#chaos?.url}/box/${name}`;
  }

  setSecret(name: string, secret: string): void {
    this.#of(name).secret = secret;
  }

  feedOf(name: string): ReceivedFeed {
    return this.#of(name).feed;
  }

  get feeds(): ReceivedFeed[] {
    return [...this.#destinations.values()].map(({ feed }) => feed);
  }

  setWeather(weather: (name: string) => Weather): void {
    for (const [name, destination] of this.#destinations) destination.weather = weather(name);
  }

  /** Resolves when the next delivery to this destination is under way; it gets no answer. */
  catchNext(name: string): Promise<void> {
    return new Promise(resolve => {
      this.#of(name).caught = resolve;
    });
  }

  #of(name: string): Destination {
    const found = this.#destinations.get(name);
    if (found === undefined) throw new Error(`no destination ${name}`);
    return found;
  }

  /** How a delivery is answered: the path of a behaviour. */
  #take(name: string, headers: Record<string, string>, body: Buffer): string {
    const destination = this.#destinations.get(name);
    if (destination === undefined) {
      this.problems.push(`a redirect was followed to ${name}`);
      return '/answer?status=404';
    }
    const { path, accepted } = this.#answer(destination);
    const received: Pick<Received, 'headers' | 'body'> = { headers, body };
    if (!standardSignatureHolds(destination.secret, received)) {
      this.problems.push(`${name}/${headers['ce-sequence']} is not signed`);
    }
    const previous = headers['gapless-previous'];
    destination.feed.arrive({
      sequence: Number(headers['ce-sequence']),
      body: body.toString(),
      messageId: headers['webhook-id'] ?? '',
      previous: previous === undefined ? null : Number(previous),
      replay: headers['gapless-replay'] === '1',
      accepted,
    });
    return path;
  }

  #answer(destination: Destination): { path: string; accepted: boolean } {
    const chance = this.#chance;
    if (destination.caught !== null) {
      destination.caught();
      destination.caught = null;
      return { path: '/hang', accepted: false };
    }
    const wellPath = `/wait?ms=${chance.int(0, 20)}`;
    switch (destination.weather) {
      case 'fine':
        return { path: wellPath, accepted: true };
      case 'down':
        return { path: chance.is(0.5) ? '/reset' : '/answer?status=503', accepted: false };
      case 'sick': {
        if (chance.is(0.7)) return { path: wellPath, accepted: true };
        if (chance.is(0.01)) return { path: GONE, accepted: false };
        const chosen = MISBEHAVIOURS[chance.int(0, MISBEHAVIOURS.length - 1)];
        if (chosen === undefined) return { path: wellPath, accepted: true };
        return { path: chosen.path, accepted: chosen.delivered };
      }
    }
  }
}
