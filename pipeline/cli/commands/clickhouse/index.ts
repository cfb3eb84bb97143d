import type { Command } from '../../command.ts';
import { addConfigOption } from '../../config-file.ts';

export const clickHousePlan: Command = {
  name: 'clickhouse plan',
  summary: 'List the migrations that the database has not taken; exit code 1 when there are some',
  examples: ['tocsin clickhouse plan --config tocsin.yaml', 'tocsin clickhouse plan -o json'],
  configure: addConfigOption,
  load: () => import('./plan.ts'),
};

export const clickHouseApply: Command = {
  name: 'clickhouse apply',
  summary: 'Take the migrations that the database has not taken; can be repeated after it died half-way',
  examples: ['tocsin clickhouse apply --config tocsin.yaml'],
  configure: addConfigOption,
  load: () => import('./apply.ts'),
};
