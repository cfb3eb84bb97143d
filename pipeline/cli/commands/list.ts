import type { Command } from '../command.ts';
import { clickHouseApply, clickHousePlan } from './clickhouse/index.ts';
import { configCheck, configSchema, configShow } from './config.ts';
import { demo } from './demo.ts';
import { dlqDrop, dlqLs, dlqRetry, dlqShow } from './dlq/index.ts';
import { replay } from './replay.ts';
import { run } from './run.ts';
import { schemasCheck, schemasRegister } from './schemas/index.ts';
import { topicsApply, topicsPlan } from './topics/index.ts';

/** Every command, in the order in which --help lists them. A new one is one more line. */
export const commands: readonly Command[] = [
  demo,
  replay,
  run,
  topicsPlan,
  topicsApply,
  schemasCheck,
  schemasRegister,
  clickHousePlan,
  clickHouseApply,
  dlqLs,
  dlqShow,
  dlqRetry,
  dlqDrop,
  configCheck,
  configShow,
  configSchema,
];

/** What the first word of a two-word command stands for. */
export const groups: Readonly<Record<string, string>> = {
  topics: 'Compare the topics of the cluster with what they are to be, and make them so.',
  schemas: 'Compare the Avro schemas with the registry, and register them.',
  clickhouse: 'Look at the migrations of the database, and take them.',
  dlq: 'Look at what could not be used, send it again, or lay it to rest.',
  config: 'Check, show and describe the configuration.',
};
