/** Addresses of a gateway: as given on a command line, or as wrangler prints them. */

/** The address on a command line without what follows its host, or null where there is none. */
export function gatewayAddress(args) {
  const given = args.find(arg => /^https?:/i.test(arg));
  return given === undefined || !URL.canParse(given) ? null : new URL(given).origin;
}

export function isLocal(address) {
  return ['localhost', '127.0.0.1', '[::1]'].includes(new URL(address).hostname);
}

/** Whether nobody on the way reads what is sent there. */
export function isPrivate(address) {
  return new URL(address).protocol === 'https:' || isLocal(address);
}

/**
 * Where a gateway is that was just deployed, by what wrangler printed: a domain of its own rather than workers.dev; undefined where
 * it named none.
 */
export function deployedAddress(output) {
  const domain = /([\w-]+(?:\.[\w-]+)+) \(custom domain/.exec(output)?.[1];
  return domain === undefined ? /https:\/\/[\w.-]+\.workers\.dev/.exec(output)?.[0] : `https://${domain}`;
}
