import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../pipeline/cli/tocsin.mjs', import.meta.url));

/** `tocsin run` as a process of its own, in a folder whose `tocsin.yaml` it reads. */
export class WorkerProcess {
  /** Log lines so far. */
  readonly logged: Readonly<Record<string, unknown>>[] = [];
  /** What came on stderr beside the log: an error for people. */
  readonly said: string[] = [];
  readonly printed: string[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiters = new Set<() => void>();
  readonly #closed: Promise<readonly [number | null, string | null]>;
  #hasClosed = false;

  constructor(folder: string, argv: readonly string[] = []) {
    const args = [launcher, 'run', '--listen', '127.0.0.1:0', ...argv];
    this.#child = spawn(process.execPath, args, { cwd: folder });
    this.#closed = once(this.#child, 'close').then(([code, signal]) => {
      this.#hasClosed = true;
      this.#look();
      return [code, signal] as const;
    });
    createInterface({ input: this.#child.stderr }).on('line', (line) => {
      if (line.startsWith('{')) this.logged.push(JSON.parse(line));
      else this.said.push(line);
      this.#look();
    });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.printed.push(line);
      this.#look();
    });
  }

  /** Resolves with what `find` gives once it gives something; rejects when the process ends before. */
  async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#hasClosed) throw new Error(`it has ended: ${[...this.said, ...this.#codes()].join('\n')}`);
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
  }

  /** The address that it listens at, once it has started. */
  async url(): Promise<string> {
    await this.until(() => this.logged.find(({ code }) => code === 'started'));
    return String(this.logged.find(({ code }) => code === 'listening')?.['url']);
  }

  /** Ends it; resolves with its exit code, or with the signal that ended it. */
  async end(signal: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | string | null> {
    if (!this.#hasClosed) this.#child.kill(signal);
    const [code, by] = await this.#closed;
    return code ?? by;
  }

  async ended(): Promise<number | null> {
    const [code] = await this.#closed;
    return code;
  }

  #codes(): readonly string[] {
    return this.logged.map(({ code }) => String(code));
  }

  #look(): void {
    for (const wake of this.#waiters) wake();
    this.#waiters.clear();
  }
}
