/** Reads a file as bytes or text; throws like `fs.readFileSync`. */
export type ReadFile = (path: string) => string | Uint8Array;

const plainReasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  EISDIR: 'is a directory',
};

/** A file that cannot be used; the message names it and says why. */
export class ReadError extends Error {}

/** The text of a file without byte order mark. Throws `ReadError`, also when it is not UTF-8. */
export function readText(readFile: ReadFile, path: string): string {
  const bytes = readBytes(readFile, path);
  if (typeof bytes === 'string') return bytes.replace(/^\uFEFF/, '');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ReadError(`${path} is not UTF-8`);
  }
}

function readBytes(readFile: ReadFile, path: string): string | Uint8Array {
  try {
    return readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = plainReasons[code] ?? (error instanceof Error ? error.message : String(error));
    throw new ReadError(`${path} ${reason}`, { cause: error });
  }
}
