import { readFileSync } from 'node:fs';

/** Kernel's unit of /proc/<pid>/stat on every Linux that Node runs on (USER_HZ = 100). */
const tickMs = 10;

/** Milliseconds of CPU that a process has used since it began, all threads, user and system (Linux; proc(5), fields 14 and 15). */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * tickMs;
}

/** MiB of resident memory that a process has had at most. */
export function peakMiBOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
