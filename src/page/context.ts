/** What a request of the page carries once it has passed the guard (`guard.ts`). */
import type { Context } from 'hono';
import type { Principal } from '../api/principal';
import type { Session } from './session';

export type Visitor = {
  principal: Principal;
  session: Session;
  /** Goes into every form. */
  formToken: string;
  /** False: no form is shown, and none is taken. */
  canWrite: boolean;
};

/** `form` is what a POST brought. */
export type PageEnv = { Bindings: Env; Variables: { visitor: Visitor; form: URLSearchParams } };

export type PageContext = Context<PageEnv>;
