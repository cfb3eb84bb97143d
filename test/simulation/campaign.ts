import { type FaultCounts, faultKinds, noFaults } from './machine/journal.ts';
import type { Mode } from './options.ts';
import { runSeed, type SeedResult } from './run-seed.ts';

/** What a run over many seeds found. */
export interface Findings {
  readonly seeds: number;
  /** Seeds with at least one violation. */
  readonly violating: readonly Pick<SeedResult, 'seed' | 'digest' | 'violations'>[];
  readonly faults: FaultCounts;
  /** Over the digests of all seeds, whatever process ran them. */
  readonly digest: number;
}

export interface Campaign {
  readonly seeds: readonly number[];
  readonly mode: Mode;
  readonly untilFound: boolean;
  readonly onSeed: (result: SeedResult) => void;
  readonly trace?: (line: string) => void;
}

/** Runs seeds one after another in this process. */
export async function runCampaign({ seeds, mode, untilFound, onSeed, trace }: Campaign): Promise<Findings> {
  let findings: Findings = { seeds: 0, violating: [], faults: noFaults(), digest: 0 };
  for (const seed of seeds) {
    const result = await runSeed({ seed, mode, ...(trace && { trace }) });
    onSeed(result);
    findings = together([findings, findingsOf(result)]);
    if (untilFound && result.violations.length > 0) break;
  }
  return findings;
}

function findingsOf({ seed, digest, violations, faults }: SeedResult): Findings {
  return {
    seeds: 1,
    violating: violations.length === 0 ? [] : [{ seed, digest, violations }],
    faults,
    digest: Number.parseInt(digest, 16),
  };
}

/** Sums up; in no particular order. */
export function together(all: readonly Findings[]): Findings {
  const faults = noFaults();
  for (const one of all) for (const kind of faultKinds) faults[kind] += one.faults[kind];
  return {
    faults,
    seeds: all.reduce((sum, { seeds }) => sum + seeds, 0),
    violating: all.flatMap(({ violating }) => violating).sort((a, b) => a.seed - b.seed),
    digest: all.reduce((sum, { digest }) => (sum + digest) >>> 0, 0),
  };
}
