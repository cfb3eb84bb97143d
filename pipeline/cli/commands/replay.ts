import type { Command } from '../command.ts';
import { addConfigOption } from '../config-file.ts';

/** Exit code 70 when the books do not balance, which would be our bug. */
export const replay: Command = {
  name: 'replay',
  summary: 'Run files of alerts through the real pipeline in virtual time, and say what became of each',
  examples: [
    'tocsin replay alerts.ndjson',
    'tocsin replay monday.csv.gz tuesday.csv.gz --out result -o json',
    'tocsin replay export.csv --format csv:nagios --config tocsin.yaml',
    'tocsin replay alerts.ndjson --speed 60x',
  ],
  configure(commander) {
    commander
      .argument('<files...>', 'plain or gzip; merged by the time of their records')
      .option(
        '--format <name>',
        [
          'ndjson (a document per line), json (a list, or documents one after another), ait-ads, or csv:<mapping>',
          'for CSV as a mapping of normalize.mappings describes it; auto tells JSON by its looks and CSV by a header',
          'line that names the columns of a mapping',
        ].join(' '),
        'auto',
      )
      .option('--speed <speed>', 'max, or a factor such as 60x: virtual over wall time', 'max')
      .option('--out <folder>', 'write <topic>.ndjson for each output topic, and assignments.ndjson')
      .option('--graphs <names>', 'reduce alone (nothing is decided then), or reduce,relate', 'reduce,relate')
      .option('--warehouse', 'store the outputs in the warehouse of the configuration, too')
      .option('--partitions <n>', 'partitions of the raw and the reduced topic', '1');
    addConfigOption(commander);
  },
  load: () => import('./replay-files.ts'),
};
