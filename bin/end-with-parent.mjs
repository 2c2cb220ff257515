/**
 * Imported by a process that must not outlive the one that started it: ends it as SIGTERM would once its parent is gone,
 * also where the parent had no chance to say so (SIGKILL). Under npm the parent may be a shell that outlives npm, so the
 * parent's parent counts too (where /proc tells it).
 */
import { readFileSync } from 'node:fs';

const underNpm = process.env.npm_lifecycle_event !== undefined;
const started = lineage();

setInterval(() => {
  if (lineage() !== started) process.kill(process.pid, 'SIGTERM');
}, 500).unref();

function lineage() {
  return underNpm ? `${process.ppid} ${parentOf(process.ppid)}` : `${process.ppid}`;
}

function parentOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ')[1];
  } catch {
    return 'unknown';
  }
}
