import { type Findings, runCampaign } from './campaign.ts';
import { runJobs } from './jobs.ts';
import { faultKinds } from './machine/journal.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { runPlants } from './plants/run-plants.ts';
import type { SeedResult } from './run-seed.ts';

/** Seeds that are told of one by one; more are only summed up. */
const toldOneByOne = 50;
/** Violations that are printed; the rest is counted. */
const shown = 20;

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return 64;
  if (options.plant !== null) return runPlants(options, say);
  const findings = await run(options);
  if (options.isJson) process.stdout.write(JSON.stringify(findings));
  else summarize(findings, options);
  return findings.violating.length === 0 ? 0 : 1;
}

function readOptions(): Options | null {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${String(error)}\n${usage}`);
    return null;
  }
}

function run(options: Options): Promise<Findings> {
  const { seeds, from, mode, jobs, isVerbose, isJson, untilFound } = options;
  if (jobs > 1 && seeds > toldOneByOne) {
    let done = 0;
    return runJobs({ from, seeds, mode }, jobs, (findings) => {
      done += findings.seeds;
      say(`${done} seeds, ${findings.violating.length} violating in the last ${findings.seeds}`);
    });
  }
  return runCampaign({
    ...{ mode, untilFound },
    seeds: Array.from({ length: seeds }, (_, index) => from + index),
    onSeed: (result) => {
      if (!isJson && seeds <= toldOneByOne) say(sentence(result));
    },
    ...(isVerbose ? { trace: say } : {}),
  });
}

function sentence({ seed, digest, violations }: SeedResult): string {
  return `seed ${seed} ${digest} ${violations.length === 0 ? 'holds' : 'VIOLATES'}`;
}

function summarize({ seeds, violating, faults, digest }: Findings, { mode, from }: Options): void {
  for (const { seed, violations } of violating.slice(0, shown)) {
    say(`seed ${seed} of ${mode} (--mode ${mode} --from ${seed} --seeds 1 --verbose):`);
    for (const { check, detail } of violations) say(`  ${check}: ${detail}`);
  }
  const named = faultKinds.map((kind) => `${kind} ${faults[kind]}`);
  say(`faults: ${named.join(', ')}`);
  const total = faultKinds.reduce((sum, kind) => sum + faults[kind], 0);
  say(
    `${seeds} seeds of ${mode} from ${from}: ${total} faults, ${violating.length} violations, digest ${digest.toString(16).padStart(8, '0')}`,
  );
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

process.exitCode = await main();
