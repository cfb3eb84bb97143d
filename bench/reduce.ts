/**
 * REDUCE alone: raw records into one shard, on one core. Prints what one costs and what came out.
 *
 * npx tsx bench/reduce.ts [alerts] [identities] [repeat share] [avro|json] [steps|encoded|checkpointed] [CPU profile]
 *
 * Identities come back every five minutes. The profile holds the measured part alone.
 */
import { argumentsOr, countOf, oneOf } from './command-line.ts';
import { formats } from './peers/workload.ts';
import { measure, type ReduceOrder } from './shards/reduce-run.ts';
import { depths } from './shards/step-shard.ts';

const usage = `usage: npx tsx bench/reduce.ts [alerts] [identities] [repeat share] [${formats.join('|')}] [${depths.join('|')}] [profile]\n`;

function orderOf(args: readonly string[]): ReduceOrder {
  const [alerts = '1000000', identities = '20000', share = '0.9', format = 'avro', depth = 'steps', profile] =
    args;
  return {
    ...{ alerts: countOf(alerts), identities: countOf(identities), repeatShare: shareOf(share) },
    ...{ format: oneOf(formats, format), depth: oneOf(depths, depth), comesBack: true },
    ...(profile === undefined ? {} : { profile }),
  };
}

function shareOf(text: string): number {
  const share = Number(text);
  if (!(share >= 0 && share < 1)) throw new Error(`${text}: expected a share from 0 up to but not 1`);
  return share;
}

const found = await measure(argumentsOr(usage, orderOf));
const { usPerAlert } = found;
process.stdout.write(
  `${usPerAlert.toFixed(2)} µs CPU per raw alert, ${Math.round(1e6 / usPerAlert)}/s on one core\n` +
    `${JSON.stringify(found)}\n`,
);
