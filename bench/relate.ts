/**
 * RELATE alone: reduced records with so many incidents open, on one core. Prints what one costs and what came out.
 *
 * npx tsx bench/relate.ts [reduced records] [open incidents] [steps|encoded|checkpointed] [file for a CPU profile]
 *
 * The profile holds the measured part alone; `node --cpu-prof --import tsx bench/relate.ts` holds everything.
 */
import { argumentsOr, countOf, oneOf } from './command-line.ts';
import { measure, type RelateOrder } from './shards/relate-run.ts';
import { depths } from './shards/step-shard.ts';

const usage = `usage: npx tsx bench/relate.ts [reduced records] [open incidents] [${depths.join('|')}] [profile]\n`;

function orderOf(args: readonly string[]): RelateOrder {
  const [records = '200000', openIncidents = '10000', depth = 'steps', profile] = args;
  return {
    ...{ records: countOf(records), openIncidents: countOf(openIncidents), depth: oneOf(depths, depth) },
    ...(profile === undefined ? {} : { profile }),
  };
}

const found = await measure(argumentsOr(usage, orderOf));
const { usPerRecord } = found;
process.stdout.write(
  `${usPerRecord.toFixed(1)} µs CPU per reduced record, ${Math.round(1e6 / usPerRecord)}/s on one core\n` +
    `${JSON.stringify(found)}\n`,
);
