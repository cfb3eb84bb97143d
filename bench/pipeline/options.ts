import { parseArgs } from 'node:util';
import { countOf, oneOf } from '../command-line.ts';
import { type Publishing, publishing, publishingOf, publishingUsage } from '../harness/publish.ts';
import { type Format, formats, type LoadName, loadNames } from '../peers/workload.ts';
import { contenders } from './contenders.ts';

const usual = { name: 'pipeline', rounds: 3, quick: '300000 alerts, one round' };

export const usage = `usage: npx tsx bench/pipeline/main.ts [options]

Who drains a pre-filled topic at what cost: Tocsin, a bare kafkajs loop and Kafka Streams, on real services of its own.

  --format NAME     ${formats.join(' or ')}, may be given twice; default both
  --load NAME       ${loadNames.join(' or ')}, may be given twice; default both
  --alerts N        alerts in the topic; default 5000000
  --only NAMES      of ${Object.keys(contenders).join(', ')}; default all
${publishingUsage(usual)}`;

export interface Options extends Publishing {
  readonly formats: readonly Format[];
  readonly loads: readonly LoadName[];
  readonly alerts: number;
  readonly names: readonly string[];
}

/** Throws with what is known where something is not. */
export function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      format: { type: 'string', multiple: true },
      load: { type: 'string', multiple: true },
      alerts: { type: 'string' },
      only: { type: 'string' },
      ...publishing,
    },
  });
  const { quick } = values;
  return {
    formats: (values.format ?? formats).map((name) => oneOf(formats, name)),
    loads: (values.load ?? loadNames).map((name) => oneOf(loadNames, name)),
    alerts: countOf(values.alerts ?? (quick ? '300000' : '5000000')),
    names:
      values.only?.split(',').map((name) => oneOf(Object.keys(contenders), name)) ?? Object.keys(contenders),
    ...publishingOf(values, usual),
  };
}
