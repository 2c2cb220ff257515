/**
 * One gateway for all conformance files that neither stop it nor need settings of their own: starting one takes seconds.
 * Each file makes its own webhooks, and nothing of it can be seen through another's; who looks at all webhooks at once starts a
 * gateway alone (`test/house/chance.test.ts`). Vitest's global setup.
 */
import type { TestProject } from 'vitest/node';
import { type Gateway, startGateway } from './gateway';

export type SharedGateway = Pick<Gateway, 'url' | 'adminToken'>;

declare module 'vitest' {
  interface ProvidedContext {
    /** The gateway that is shared; files take it with `inject`. */
    gateway: SharedGateway;
  }
}

/** @param capped under production's limits of connections */
export async function shareGateway(project: TestProject, capped: boolean): Promise<() => Promise<void>> {
  const gateway = await startGateway({}, { capped });
  project.provide('gateway', { url: gateway.url, adminToken: gateway.adminToken });
  return gateway.stop;
}

export default (project: TestProject): Promise<() => Promise<void>> => shareGateway(project, false);
