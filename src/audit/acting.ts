/**
 * Who is changing something by the API, while it is being done. The API says so once per request, and whoever calls an object in
 * it passes it on, so that no route has to: what is changed in a request is that request's act.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

export type Act = {
  by: 'admin' | 'token' | 'json_rpc';
  /** Null unless it is a token's. */
  token: { id: string; name: string } | null;
  /** `operationId` of the description, or the method of JSON-RPC. */
  operation: string;
  requestId: string | null;
};

const acts = new AsyncLocalStorage<Act>();

/** Runs `work` as this act. */
export function acting<T>(act: Act, work: () => T): T {
  return acts.run(act, work);
}

/** Undefined where nobody changes anything by the API: events, reads, chores. */
export const currentAct = (): Act | undefined => acts.getStore();
