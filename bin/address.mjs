/** Addresses of a gateway that an admin token is sent to. */

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
