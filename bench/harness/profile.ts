import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

/**
 * Does the work under V8's sampling profiler and writes what it saw to a file that Chrome's developer tools open; without a
 * file it only does the work. `--cpu-prof` would hold everything before the work, too.
 */
export async function profiled<Found>(file: string | undefined, work: () => Found): Promise<Found> {
  if (file === undefined) return work();
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  const found = work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  writeFileSync(file, JSON.stringify(profile));
  return found;
}
