/** How receivers of a scene answer, and a scene in which they have answered well for a while. */
import type { CourierTarget } from '../../../src/delivery/outgoing';
import { SECOND } from '../durations';
import type { Scene } from './scene';
import type { Reply } from './simulated-courier';

export const fails = (): Reply => ({ status: 500, ms: 5 });
export const works = (): Reply => ({ status: 200, ms: 5 });
export const hangs = (target: CourierTarget): Reply => ({ status: null, ms: target.timeoutMs });

/** Has the destinations answer for a while, so that they have earned all the calls they may have. */
export async function busy(s: Scene): Promise<void> {
  for (let i = 0; i < 30; i++) {
    await s.append(1, { entityKeys: [`busy/${i}`] });
    await s.wait(SECOND / 10);
  }
}
