/**
 * Chaos on real services: npm run test:chaos -- --help. The report is on stdout as JSON, what happens meanwhile on stderr.
 * Exit code 0: everything held; 1: something did not; 64: usage.
 */
import { runChaos } from './run/chaos.ts';
import { prepareGround } from './run/ground.ts';
import { type ChaosOptions, optionsOf, usage } from './run/options.ts';
import { isHeld, jsonOf, linesOf, recordIn, reportOf } from './run/report.ts';

const startedAt = Date.now();

function say(line: string): void {
  const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1).padStart(7);
  process.stderr.write(`${seconds}  ${line}\n`);
}

async function main(options: ChaosOptions): Promise<number> {
  const ground = await prepareGround(options);
  say(`services are up; everything is below ${ground.folder}`);
  let isWorthKeeping = true;
  try {
    const report = reportOf(options, await runChaos(ground, options, say));
    process.stdout.write(`${jsonOf(report)}\n`);
    process.stderr.write(linesOf(report));
    if (options.record !== null) recordIn(options.record, report);
    isWorthKeeping = !isHeld(report);
    return isHeld(report) ? 0 : 1;
  } finally {
    // What went wrong is looked for in the logs of services and workers: they stay.
    await ground.close({ services: options.keep, logs: options.keep || isWorthKeeping });
  }
}

try {
  if (process.argv.includes('--help')) process.stdout.write(usage);
  else process.exitCode = await main(optionsOf(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n\n${usage}`,
  );
  process.exitCode = 64;
}
