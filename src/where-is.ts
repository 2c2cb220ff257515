/** Where objects are: a webhook's own, its couriers, and the tokens. */

/**
 * The runtime of one machine has no jurisdictions and refuses them. There the object has another name, so that it is another
 * object, as on the network. Any other refusal is passed on: an object must never be made outside of its jurisdiction.
 */
export function whereIs<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  name: string,
  jurisdiction: DurableObjectJurisdiction | null,
): { namespace: DurableObjectNamespace<T>; name: string } {
  if (jurisdiction === null) return { namespace, name };
  try {
    return { namespace: namespace.jurisdiction(jurisdiction), name };
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('not implemented in workerd')) throw error;
    return { namespace, name: `${name}/${jurisdiction}` };
  }
}

/** The API tokens: there is one object of them. */
export const tokensOf = (env: Env) => env.TOKENS.getByName('tokens');

/** A webhook's courier, where the webhook's events may be: bodies pass through it. A new stub each time, as above. */
export function courierOf(
  env: Env,
  webhookId: number,
  jurisdiction: DurableObjectJurisdiction | null,
  courier: number,
) {
  const { namespace, name } = whereIs(env.COURIERS, `${webhookId}:${courier}`, jurisdiction);
  return namespace.getByName(name);
}
