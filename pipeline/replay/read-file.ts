import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { TocsinError } from '../../schemas/errors.ts';

const gzipMagic = [0x1f, 0x8b];

/** Places in a file are kept in 32 bits. */
const maxBytes = 2 ** 32 - 1;

/**
 * The whole content of a file without byte order mark, unpacked when it is gzip (told by its first bytes, not by its name).
 *
 * @param name the file as errors call it
 * @throws TocsinError `input.unreadable` when it cannot be read, the archive is damaged, or it holds more than 4 GiB.
 */
export function readFile(path: string, name: string): Buffer {
  const bytes = attempt(name, () => readFileSync(path));
  const isPacked = bytes[0] === gzipMagic[0] && bytes[1] === gzipMagic[1];
  const content = isPacked ? attempt(name, () => gunzipSync(bytes, { maxOutputLength: maxBytes })) : bytes;
  return content.subarray(0, 3).equals(byteOrderMark) ? content.subarray(3) : content;
}

/** Some editors and exports begin UTF-8 with it; it is no part of the first record. */
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

function attempt(name: string, read: () => Buffer): Buffer {
  try {
    return read();
  } catch (error) {
    throw new TocsinError('input.unreadable', `${name}: ${told(error)}`, { cause: error });
  }
}

/** Node's message names the path as we opened it, which is not how the user gave it. */
function told(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return said[code] ?? (error instanceof Error ? error.message : String(error));
}

const said: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder; name the files in it',
  Z_BUF_ERROR: 'the gzip archive ends early',
  Z_DATA_ERROR: 'the gzip archive is damaged',
  ERR_BUFFER_TOO_LARGE: 'it unpacks to more than 4 GiB; split it and name the parts',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB; split it, or pack it with gzip',
};
