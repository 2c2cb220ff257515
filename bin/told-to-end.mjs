const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** A terminal and npm may both send one Ctrl-C. Who sends another later waits no longer. */
const SAME_MS = 1000;

/**
 * Has this process clean up before it ends, when it is told to end; a second time ends it at once.
 * @param cleanUp may reject
 * @param code gives the exit code
 */
export function whenToldToEnd(cleanUp, code = () => 130) {
  let toldAt = null;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      if (toldAt === null) {
        toldAt = performance.now();
        const end = () => process.exit(code());
        cleanUp().then(end, end);
      } else if (performance.now() - toldAt > SAME_MS) process.exit(code());
    });
  }
}
