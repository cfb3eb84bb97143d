import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Rows on their way into the engine: a file without a name, which the engine reads by its descriptor. Nothing is left
 * behind by a crash, and no path has to be put into SQL. Holds the rows of one insert at a time.
 */
export class RowsFile {
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Makes the file in `directory`, beside what it is on its way to: the same disk, and the same permissions. */
  static async open(directory: string): Promise<RowsFile> {
    const path = join(directory, `rows-${randomUUID()}`);
    const handle = await open(path, 'wx+', 0o600);
    await unlink(path);
    return new RowsFile(handle);
  }

  get descriptor(): number {
    return this.#handle.fd;
  }

  /** Puts these rows in place of what is in the file. */
  async replace(portions: Iterable<Buffer>): Promise<void> {
    await this.#handle.truncate(0);
    let end = 0;
    for (const portion of portions) end += await this.#write(portion, end);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Writes at a position of its own, so that the descriptor still points to the start. Returns the length. */
  async #write(bytes: Buffer, at: number): Promise<number> {
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, at + done);
      done += bytesWritten;
    }
    return done;
  }
}
