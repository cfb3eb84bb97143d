import type { Command } from '../../command.ts';
import { addConfigOption } from '../../config-file.ts';

export const topicsPlan: Command = {
  name: 'topics plan',
  summary: 'Compare the topics of the cluster with what they are to be; exit code 1 when they differ',
  examples: ['tocsin topics plan --config tocsin.yaml', 'tocsin topics plan -o json'],
  configure: addConfigOption,
  load: () => import('./plan.ts'),
};

export const topicsApply: Command = {
  name: 'topics apply',
  summary: 'Create topics that are missing and alter configs; exit code 1 when something is left to decide',
  examples: ['tocsin topics apply --config tocsin.yaml', 'tocsin topics apply --grow-raw'],
  configure(commander) {
    commander.option(
      '--grow-raw',
      'add partitions to alerts.raw.v1 up to broker.rawPartitions; restart all workers afterwards',
    );
    addConfigOption(commander);
  },
  load: () => import('./apply.ts'),
};
