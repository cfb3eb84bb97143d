import { type Address, type Inside, type Listening, serve } from '../../api/index.ts';
import type { Config } from '../../config/index.ts';
import type { ReadTopic } from '../../replay/index.ts';
import { type Log, openLog } from '../../telemetry/index.ts';
import type { GraphName } from '../../worker/index.ts';
import { type Invocation, optionText, type Run } from '../command.ts';
import { readConfig } from '../config-file.ts';
import { exitCodes } from '../exit-code.ts';
import { graphsOf } from '../graphs-option.ts';
import type { Io } from '../io.ts';
import { linesOf } from '../lines-of.ts';
import { type LiveWorker, openLiveWorker } from '../live-worker.ts';
import { addressOf, printedTopics } from '../run-options.ts';

/** Runs until Ctrl-C, SIGTERM, or with --stdin the end of the input; then finishes what is in hand. */
export const run: Run = async (invocation, io) => {
  const asked = askedFor(invocation);
  const config = await readConfig(optionText(invocation, 'config'), io);
  const log = openLog(config.log.level, { write: (line: string) => void io.stderr.write(line) });
  const graphs = asked.graphs ?? config.worker.graphs;
  const worker = await openLiveWorker(config, { graphs, print: asked.print }, { log, io });
  try {
    const api = await listen(asked.address, worker.inside, log);
    await workUntilEnd(worker, asked.takesStdin ? takeLines(io, worker, config) : null, io).finally(() =>
      api?.close(),
    );
  } finally {
    await worker.stop();
  }
  return exitCodes.done;
};

/** What the command line asks for, checked before anything is opened. */
interface Asked {
  readonly address: Address | null;
  readonly print: readonly ReadTopic[];
  readonly graphs: readonly GraphName[] | null;
  readonly takesStdin: boolean;
}

function askedFor(invocation: Invocation): Asked {
  const takesStdin = invocation.options['stdin'] === true;
  const graphs = optionText(invocation, 'graphs');
  return {
    address: addressOf(optionText(invocation, 'listen') ?? 'off', takesStdin),
    takesStdin,
    print: printedTopics(optionText(invocation, 'print') ?? 'none'),
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

/** One record per line, as fast as the worker takes them. */
async function takeLines(io: Io, { inside }: LiveWorker, { normalize }: Config): Promise<void> {
  for await (const line of linesOf(io.stdin, normalize.limits.maxBytes)) await inside.ingest(line, {});
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
