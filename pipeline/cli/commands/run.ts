import type { Command } from '../command.ts';
import { addConfigOption } from '../config-file.ts';

export const run: Command = {
  name: 'run',
  summary: 'Run a worker: take alerts over HTTP (POST /v1/alerts) or stdin, print what becomes of them',
  examples: [
    'tocsin run --listen 127.0.0.1:9095 --print alerts.enriched.v1,incidents.v1',
    'tocsin run --stdin --listen off < alerts.ndjson',
  ],
  configure(commander) {
    commander
      .option(
        '--listen <address>',
        'host:port for alerts, probes and metrics; off for none',
        '127.0.0.1:9095',
      )
      .option('--stdin', 'take alerts from stdin too, one JSON document per line; end with its end')
      .option(
        '--print <topics>',
        'output topics to print as NDJSON, joined by commas, or none (default: alerts.enriched.v1; none with Kafka)',
      )
      .option(
        '--accept-state-reset',
        'discard stored state that does not belong to this log or is damaged, and rebuild it; for one worker, with all others stopped',
      )
      .option('--graphs <names>', 'graphs to run, instead of worker.graphs of the configuration');
    addConfigOption(commander);
  },
  load: () => import('./run-worker.ts'),
};
