/** What a management request carries once it has passed the guard (`auth.ts`). */
import type { Principal } from './principal';

export type ApiEnv = { Bindings: Env; Variables: { principal: Principal } };
