import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** Far above any secret or table. */
const usualMostBytes = 64 * 1_048_576;

/**
 * Reads a regular file, or what a link leads to. Throws for everything else: a pipe would be waited for without end, and
 * a device may have no end.
 */
export function readRegularFile(path: string, mostBytes = usualMostBytes): Buffer {
  // Opening a pipe that nobody writes to waits as well, unless it is asked not to.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (stats.isDirectory()) throw new Error('is a directory');
    if (!stats.isFile()) throw new Error('is not a regular file');
    if (stats.size > mostBytes) throw new Error(`has ${stats.size} bytes; at most ${mostBytes} are read`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
