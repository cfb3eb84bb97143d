import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadOrder } from '../load/main.ts';

const entry = fileURLToPath(new URL('../load/main.ts', import.meta.url));

/** The process that publishes. */
export class LoadProcess {
  readonly #child: ChildProcess;
  published = 0;

  constructor(order: LoadOrder) {
    const args = ['--import', 'tsx', entry, JSON.stringify(order)];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    if (this.#child.stdout === null) throw new Error('the load process has no output');
    createInterface(this.#child.stdout).on('line', (line) => {
      this.published = Number(line);
    });
  }

  /** Resolves when everything is published. */
  async done(): Promise<void> {
    const [code, signal] = await once(this.#child, 'exit');
    if (code !== 0) throw new Error(`the load process ended with ${code ?? signal}`);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
