/**
 * One gateway for all conformance files that neither stop it nor need settings of their own: starting one takes seconds.
 * Each file makes its own webhooks, and nothing of it can be seen through another's. Vitest's global setup.
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

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const gateway = await startGateway();
  project.provide('gateway', { url: gateway.url, adminToken: gateway.adminToken });
  return gateway.stop;
}
