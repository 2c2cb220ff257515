/** Reads figures from the process and its services. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const TICKS_PER_SECOND = 100;

/** CPU seconds a process has used; NaN where there is no /proc. */
export function cpuSeconds(pid) {
  const fields = procFile(pid, 'stat')?.split(') ')[1]?.split(' ');
  return fields === undefined ? Number.NaN : (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process in MiB; NaN where there is no /proc. */
export function memoryMiB(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(procFile(pid, 'status') ?? '')?.[1] ?? Number.NaN) / 1024;
}

function procFile(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
}

export function directoryBytes(directory) {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  );
  return files.reduce((bytes, { parentPath, name }) => bytes + statSync(join(parentPath, name)).size, 0);
}

export async function kvReads(port) {
  const { reads } = await (await fetch(`http://127.0.0.1:${port}/`)).json();
  return reads;
}

/** The meter's totals of a metered process: rows, alarms, calls, ms awake. */
export async function meter(port) {
  return (await fetch(`http://127.0.0.1:${port}/`)).json();
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
