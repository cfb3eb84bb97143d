import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../../pipeline/cli/tocsin.mjs', import.meta.url));

/** As the image starts it, on Node 24 (deploy/Dockerfile). */
export const nodeArgsOfImage: readonly string[] = [
  '--max-semi-space-size=64',
  '--initial-old-space-size=200',
  '--external-memory-accounted-in-global-limit',
];
/** And with what the image tells glibc. */
export const envOfImage: Readonly<Record<string, string>> = {
  MALLOC_TRIM_THRESHOLD_: '134217728',
  MALLOC_MMAP_THRESHOLD_: '33554432',
};
/** As `npm start` does, on any Node: it ends at a flag that it does not know. */
export const nodeArgsOfSource: readonly string[] = [
  '--max-semi-space-size=64',
  '--initial-old-space-size=400',
];

const isNodeOfImage = process.versions.node.startsWith('24.');
/** What a worker is started with on the Node that runs this. */
export const nodeArgsOfWorker = isNodeOfImage ? nodeArgsOfImage : nodeArgsOfSource;
/** And among these variables. */
export const envOfWorker: NodeJS.ProcessEnv = isNodeOfImage ? { ...process.env, ...envOfImage } : process.env;

/** What the config gives a worker for its end (`stopWithinMs`), and some more. */
const longestStopMs = 40_000;
const reportSignal = 'SIGUSR2';

/** How a process ended that nobody had killed. */
export interface Death {
  readonly name: string;
  readonly code: number | null;
  readonly signal: string | null;
}

export interface WorkerPlan {
  readonly name: string;
  readonly folder: string;
  readonly config: string;
  readonly args: readonly string[];
  /** For Node, e.g. `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  readonly onDeath: (death: Death) => void;
}

/** One `tocsin run`:  running ⇄ frozen, either ─kill─▶ gone; running ─stop─▶ gone. Its log goes on over restarts. */
export class WorkerProcess {
  readonly name: string;
  /** What it prints and logs. */
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #gone: Promise<number | null>;
  #isExpectedToEnd = false;
  #isFrozen = false;
  #hasHung = false;

  constructor({ name, folder, config, args, nodeArgs: more = [], onDeath }: WorkerPlan) {
    this.name = name;
    this.logFile = join(folder, 'logs', `${name}.log`);
    const log = openSync(this.logFile, 'a');
    const quiet = ['--listen', '127.0.0.1:0', '--print', 'none'];
    const reports = [
      '--report-on-signal',
      `--report-signal=${reportSignal}`,
      `--report-directory=${join(folder, 'logs')}`,
    ];
    const command = [
      ...nodeArgsOfWorker,
      ...more,
      ...reports,
      launcher,
      'run',
      '--config',
      config,
      ...quiet,
      ...args,
    ];
    this.#child = spawn(process.execPath, command, { env: envOfWorker, stdio: ['ignore', log, log] });
    closeSync(log);
    this.#gone = once(this.#child, 'exit').then(([code, signal]) => {
      if (!this.#isExpectedToEnd) onDeath({ name, code, signal });
      return code;
    });
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  /** It was asked to end, did not, and was killed. */
  get hasHung(): boolean {
    return this.#hasHung;
  }

  /** As `kill -9`. */
  async kill(): Promise<void> {
    this.#isExpectedToEnd = true;
    this.#signal('SIGKILL');
    await this.#gone;
  }

  /** Stops it in its tracks, with its connections open. */
  freeze(): void {
    this.#isFrozen = true;
    this.#signal('SIGSTOP');
  }

  thaw(): void {
    this.#isFrozen = false;
    this.#signal('SIGCONT');
  }

  /**
   * Asks it to end in order; returns its exit code. One that does not end is killed, and its code is null; so is that of one
   * that was asked before it had begun to listen for that.
   */
  async stop(): Promise<number | null> {
    this.#isExpectedToEnd = true;
    this.#signal('SIGTERM');
    // Before it is killed it says what it holds open: a report of Node beside the logs.
    const late = [
      setTimeout(() => this.#signal(reportSignal), longestStopMs),
      setTimeout(() => {
        this.#hasHung = true;
        this.#signal('SIGKILL');
      }, longestStopMs + 3_000),
    ];
    const code = await this.#gone;
    for (const timer of late) clearTimeout(timer);
    return code;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.isAlive) this.#child.kill(signal);
  }
}
