import { type Address, type Inside, type Listening, serve } from '../../api/index.ts';
import type { Config } from '../../config/index.ts';
import { Front, type LiveWorker, openLiveWorker } from '../../live/index.ts';
import type { ReadTopic } from '../../replay/index.ts';
import { type Log, openLog } from '../../telemetry/index.ts';
import type { GraphName } from '../../worker/index.ts';
import { type Invocation, optionText, type Run } from '../command.ts';
import { readConfig } from '../config-file.ts';
import { exitCodes } from '../exit-code.ts';
import { graphsOf } from '../graphs-option.ts';
import type { Io } from '../io.ts';
import { linesOf } from '../lines-of.ts';
import { addressOf, printedTopics } from '../run-options.ts';

/** Runs until Ctrl-C, SIGTERM, or with --stdin the end of the input; then finishes what is in hand. */
export const run: Run = async (invocation, io) => {
  const asked = askedFor(invocation);
  const config = await readConfig(optionText(invocation, 'config'), io);
  const log = openLog(config.log.level, { write: (line: string) => void io.stderr.write(line) });
  endAtTheLatest(io, config.worker.stopWithinMs + lastWordMs);
  const front = new Front();
  const api = await listen(asked.address, front.inside, log);
  try {
    return await work(config, asked, { io, log, front });
  } catch (error) {
    if (!io.interrupted.aborted) throw error;
    // Told to end while it waited for a neighbour: that is what it does, whatever is still being connected.
    io.abandon();
    return exitCodes.done;
  } finally {
    await api?.close();
  }
};

/** What the API and the log may take after everything has been let go of. */
const lastWordMs = 2_000;

/** Whatever hangs, also while it starts: nobody sends a third signal. */
function endAtTheLatest(io: Io, ms: number): void {
  io.interrupted.addEventListener('abort', () => void setTimeout(io.abandon, ms).unref(), { once: true });
}

interface Surroundings {
  readonly io: Io;
  readonly log: Log;
  readonly front: Front;
}

async function work(config: Config, asked: Asked, { io, log, front }: Surroundings): Promise<number> {
  const options = {
    graphs: asked.graphs ?? config.worker.graphs,
    print: asked.print ?? printedUnasked(config),
    acceptsReset: asked.acceptsReset,
  };
  const outside = { log, out: io.stdout, onWait: front.waits, interrupted: io.interrupted };
  const worker = await openLiveWorker(config, options, outside);
  let isInOrder = false;
  try {
    front.open(worker);
    log.info('started', {});
    await workUntilEnd(worker, asked.takesStdin ? takeLines(io, worker, config) : null, io);
  } finally {
    front.close();
    isInOrder = await worker.stop();
    if (!isInOrder) io.abandon();
  }
  return isInOrder ? exitCodes.done : exitCodes.unreachable;
}

/** One who tries it out wants to see something; one worker of many would read what all of them write. */
function printedUnasked({ broker }: Config): readonly ReadTopic[] {
  return broker.kind === 'embedded' ? ['enriched'] : [];
}

/** What the command line asks for, checked before anything is opened. */
interface Asked {
  readonly address: Address | null;
  /** Null when nothing was said. */
  readonly print: readonly ReadTopic[] | null;
  readonly graphs: readonly GraphName[] | null;
  readonly takesStdin: boolean;
  readonly acceptsReset: boolean;
}

function askedFor(invocation: Invocation): Asked {
  const takesStdin = invocation.options['stdin'] === true;
  const graphs = optionText(invocation, 'graphs');
  const print = optionText(invocation, 'print');
  return {
    address: addressOf(optionText(invocation, 'listen') ?? 'off', takesStdin),
    takesStdin,
    acceptsReset: invocation.options['acceptStateReset'] === true,
    print: print === undefined ? null : printedTopics(print),
    graphs: graphs === undefined ? null : graphsOf(graphs),
  };
}

async function listen(address: Address | null, inside: Inside, log: Log): Promise<Listening | null> {
  if (address === null) return null;
  const api = await serve(address, inside);
  log.info('listening', { url: api.url });
  return api;
}

async function workUntilEnd(worker: LiveWorker, input: Promise<void> | null, io: Io): Promise<void> {
  const interruption = interruptionOf(io);
  try {
    await Promise.race([worker.failed, interruption.came, ...(input === null ? [] : [input])]);
  } finally {
    interruption.forget();
    // An input that nobody reads any more would keep the process alive.
    if (input !== null) io.stdin.destroy?.();
  }
}

/** Lines that may be on their way into the log at once: a cluster acknowledges many as quickly as one. */
const maxLinesUnderWay = 1_000;

/** One record per line, as fast as the worker takes them. Rejects when one does not come into the log. */
async function takeLines(io: Io, worker: LiveWorker, { normalize }: Config): Promise<void> {
  let underWay: Promise<void>[] = [];
  for await (const line of linesOf(io.stdin, normalize.limits.maxBytes)) {
    const taken = worker.ingest(line, {});
    // Awaited below, some lines later.
    taken.catch(() => undefined);
    underWay.push(taken);
    if (underWay.length < maxLinesUnderWay) continue;
    await Promise.all(underWay);
    underWay = [];
  }
  await Promise.all(underWay);
}

function interruptionOf({ interrupted }: Io) {
  let come = () => {};
  const came = new Promise<void>((resolve) => {
    come = resolve;
  });
  if (interrupted.aborted) come();
  else interrupted.addEventListener('abort', come, { once: true });
  return { came, forget: () => interrupted.removeEventListener('abort', come) };
}
