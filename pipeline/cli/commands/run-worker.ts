import { createInterface } from 'node:readline';
import { type Listening, serve } from '../../api/index.ts';
import type { Config } from '../../config/index.ts';
import { type Log, openLog } from '../../telemetry/index.ts';
import { type Invocation, optionText, type Run } from '../command.ts';
import { readConfig } from '../config-file.ts';
import { exitCodes } from '../exit-code.ts';
import { graphsOf } from '../graphs-option.ts';
import type { Io } from '../io.ts';
import { type LiveWorker, openLiveWorker } from '../live-worker.ts';
import { addressOf, printedTopics } from '../run-options.ts';

/** Runs until Ctrl-C, SIGTERM, or with --stdin the end of the input; then finishes what is in hand. */
export const run: Run = async (invocation, io) => {
  const config = await readConfig(optionText(invocation, 'config'), io);
  const log = openLog(config.log.level, { write: (line: string) => void io.stderr.write(line) });
  const worker = await openLiveWorker(config, optionsOf(invocation, config), { log, io });
  const api = await listen(invocation, worker, log).catch(async (error) => {
    await worker.stop();
    throw error;
  });
  const takesStdin = invocation.options['stdin'] === true;
  try {
    await Promise.race([worker.failed, interruptionOf(io), ...(takesStdin ? [takeLines(io, worker)] : [])]);
  } finally {
    await api?.close();
    await worker.stop();
    log.info('stopped', worker.counts().outcomes);
  }
  return exitCodes.done;
};

function optionsOf(invocation: Invocation, config: Config) {
  const graphs = optionText(invocation, 'graphs');
  return {
    graphs: graphs === undefined ? config.worker.graphs : graphsOf(graphs),
    print: printedTopics(optionText(invocation, 'print') ?? 'none'),
  };
}

async function listen(invocation: Invocation, worker: LiveWorker, log: Log): Promise<Listening | null> {
  const address = addressOf(optionText(invocation, 'listen') ?? 'off');
  if (address === null) return null;
  const api = await serve(address, worker.inside);
  log.info('listening', { url: api.url, alerts: `${api.url}/v1/alerts`, metrics: `${api.url}/metrics` });
  return api;
}

/** One record per line; back-pressure comes from awaiting the log. */
async function takeLines(io: Io, worker: LiveWorker): Promise<void> {
  for await (const line of createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY }))
    if (line.trim() !== '') await worker.inside.ingest(Buffer.from(line), {});
}

function interruptionOf({ interrupted }: Io): Promise<void> {
  if (interrupted.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    interrupted.addEventListener('abort', () => resolve(), { once: true });
  });
}
