/** Processor time of processes, from /proc. */

import { readdirSync, readFileSync } from 'node:fs';

/** The kernel's, on every architecture that Node.js runs on. */
const TICKS_PER_SECOND = 100;

interface Process {
  parent: number;
  name: string;
  seconds: number;
}

function read(pid: number): Process | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name stands in brackets and may hold anything.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return {
    parent: Number(fields[1]),
    name: text.slice(text.indexOf('(') + 1, end),
    seconds: ticks / TICKS_PER_SECOND,
  };
}

/** What a process has used so far, in seconds. */
export function cpuSecondsOf(pid: number): number {
  return read(pid)?.seconds ?? NaN;
}

/** What all processes have used so far that a process started, and they others, and whose name begins like that. */
export function cpuSecondsBelow(root: number, name: string): number {
  const all = new Map<number, Process>();
  for (const entry of readdirSync('/proc')) {
    const process = /^\d+$/.test(entry) ? read(Number(entry)) : undefined;
    if (process !== undefined) all.set(Number(entry), process);
  }
  const isBelow = (pid: number): boolean => {
    const parent = all.get(pid)?.parent ?? 0;
    return parent === root || (parent > 1 && isBelow(parent));
  };
  let seconds = 0;
  for (const [pid, process] of all) if (process.name.startsWith(name) && isBelow(pid)) seconds += process.seconds;
  return seconds;
}
