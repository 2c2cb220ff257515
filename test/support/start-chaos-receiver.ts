/** Vitest global setup: tests inside workerd cannot listen on a socket, so the receiver runs beside them in Node. */
import type { TestProject } from 'vitest/node';
import { startChaosReceiver } from './chaos-receiver';

declare module 'vitest' {
  interface ProvidedContext {
    /** Origin of the chaos receiver, `http://127.0.0.1:{port}`. */
    chaosUrl: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const receiver = await startChaosReceiver();
  project.provide('chaosUrl', receiver.url);
  return receiver.close;
}
