/**
 * ms by a clock that is the same in all threads of the process. `performance.timeOrigin` is not: each thread takes its own from the
 * clock of the machine, which may be set in between, and times of two threads then differ by milliseconds that nobody waited.
 */
export const monotonicMs = () => Number(process.hrtime.bigint()) / 1e6;
