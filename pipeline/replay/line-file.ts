import { closeSync, openSync, writeFileSync } from 'node:fs';

const bufferChars = 1 << 17;

/** A text file that is written in large pieces. Synchronous: the lines come out of a synchronous run. */
export class LineFile {
  readonly #descriptor: number;
  #pending: string[] = [];
  #pendingChars = 0;

  /** Replaces the file if there is one. */
  constructor(path: string) {
    this.#descriptor = openSync(path, 'w');
  }

  write(line: string): void {
    this.#pending.push(line);
    this.#pendingChars += line.length + 1;
    if (this.#pendingChars >= bufferChars) this.#flush();
  }

  close(): void {
    try {
      this.#flush();
    } finally {
      closeSync(this.#descriptor);
    }
  }

  /** writeFileSync goes on after a short write, writeSync would not. */
  #flush(): void {
    if (this.#pending.length > 0) writeFileSync(this.#descriptor, `${this.#pending.join('\n')}\n`);
    this.#pending = [];
    this.#pendingChars = 0;
  }
}
