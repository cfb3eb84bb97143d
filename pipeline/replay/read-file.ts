import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { TocsinError } from '../../schemas/errors.ts';

const gzipMagic = [0x1f, 0x8b];

/**
 * The whole content of a file, unpacked when it is gzip (told by its first bytes, not by its name).
 *
 * @throws TocsinError `input.unreadable` when it cannot be read or the archive is damaged.
 */
export function readFile(path: string): Buffer {
  const bytes = attempt(path, () => readFileSync(path));
  const isGzip = bytes[0] === gzipMagic[0] && bytes[1] === gzipMagic[1];
  return isGzip ? attempt(path, () => gunzipSync(bytes)) : bytes;
}

function attempt(path: string, read: () => Buffer): Buffer {
  try {
    return read();
  } catch (error) {
    throw new TocsinError('input.unreadable', `${path}: ${error instanceof Error ? error.message : error}`);
  }
}
