/**
 * CPU of this process so far in microseconds: user and system mode, all threads, so that garbage collection and compilation on
 * helper threads are paid for, and what else runs on the machine is not.
 */
export function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
