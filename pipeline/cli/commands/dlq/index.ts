import type { Command } from '../../command.ts';
import { addConfigOption } from '../../config-file.ts';
import { addFilterOptions } from './options.ts';

export const dlqLs: Command = {
  name: 'dlq ls',
  summary: 'Count the dead letters that nobody has handled, by error code',
  examples: ['tocsin dlq ls', 'tocsin dlq ls --since 24h -o json', 'tocsin dlq ls --all'],
  configure(commander) {
    commander.option('--all', 'also those that were retried or dropped');
    addFilterOptions(commander);
    addConfigOption(commander);
  },
  load: () => import('./ls.ts'),
};

/** Exit code 1 when there is no such letter. */
export const dlqShow: Command = {
  name: 'dlq show',
  summary: 'Show one dead letter: what is wrong, the headers and the bytes of the record',
  examples: ['tocsin dlq show 12', 'tocsin dlq show alerts.raw.v1/3@120'],
  configure(commander) {
    commander.argument(
      '<place>',
      'its offset on the dead-letter topic, or where the record was read: topic/partition@offset',
    );
    addConfigOption(commander);
  },
  load: () => import('./show.ts'),
};

export const dlqRetry: Command = {
  name: 'dlq retry',
  summary: 'Send records back to the raw topic as they came, each once; a dry run without --execute',
  examples: [
    'tocsin dlq retry --code record.unknown-shape',
    'tocsin dlq retry --code record.unknown-shape --execute',
    'tocsin dlq retry --offset 12,15 --execute',
  ],
  configure(commander) {
    commander.option('--dropped', 'those that were dropped, instead of those that nobody has handled');
    commander.option('--execute', 'do it');
    addFilterOptions(commander);
    addConfigOption(commander);
  },
  load: () => import('./retry.ts'),
};

export const dlqDrop: Command = {
  name: 'dlq drop',
  summary: 'Mark dead letters as handled, and send nothing; a dry run without --execute',
  examples: ['tocsin dlq drop --code record.empty', 'tocsin dlq drop --code record.empty --execute'],
  configure(commander) {
    commander.option('--execute', 'do it');
    addFilterOptions(commander);
    addConfigOption(commander);
  },
  load: () => import('./drop.ts'),
};
