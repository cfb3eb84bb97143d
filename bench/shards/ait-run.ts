import { ConfigTree } from '../../pipeline/config/index.ts';
import { replay } from '../../pipeline/replay/index.ts';
import { pathOf } from '../../test/scenarios/ait-runs.ts';
import { cpuUs } from '../harness/cpu.ts';

export interface AitOrder {
  readonly run: string;
  readonly graphs: readonly ('reduce' | 'relate')[];
}

export interface AitFound {
  readonly alerts: number;
  readonly usPerAlert: number;
}

/** As `tocsin replay` does it: a whole worker on embedded neighbours in virtual time, reading the file included. */
export async function measure({ run, graphs }: AitOrder): Promise<AitFound> {
  const config = ConfigTree.parse({});
  const startedAt = cpuUs();
  const summary = await replay({
    ...{ files: [{ name: run, path: pathOf(run) }], format: 'auto', operators: config, graphs },
    ...{ settings: { ...config.worker, checkpointEveryMs: 3_600_000 }, tickMs: 10_000 },
    ...{ rawPartitions: 1, reducedPartitions: 1 },
    say: (line) => process.stderr.write(`${line}\n`),
  });
  if (summary === null) throw new Error('nothing ends a replay early here');
  return { alerts: summary.alerts, usPerAlert: (cpuUs() - startedAt) / summary.alerts };
}
