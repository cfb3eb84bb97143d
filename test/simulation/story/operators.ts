import type { OperatorConfigs } from '../../../pipeline/topology.ts';
import { minute, quickConfig } from '../../support/virtual-world.ts';

const quick: OperatorConfigs = quickConfig({
  correlate: { resolveDelayMs: minute, reopenWithinMs: 2 * minute, driftMs: 2 * minute },
  publish: { keepMs: minute },
  fingerprint: { drop: [{ name: 'nobody asked', matchers: ['severity="info"'] }] },
  suppress: {
    storm: { threshold: 6, calmMs: minute },
    releaseAfterMs: 20_000,
    inhibitRules: [
      {
        name: 'critical-explains-medium',
        sourceMatchers: '{severity="critical"}',
        targetMatchers: '{severity="medium"}',
        equal: ['host'],
        location: 'simulation:1',
      },
    ],
  },
});

const base: OperatorConfigs = { ...quick, dedupe: { ...quick.dedupe, reachMs: 3 * minute } };

/** Quick operators; `graceMs` is how long RELATE waits beyond what the protocol says must have arrived. */
export function operatorsFor(graceMs: number): OperatorConfigs {
  return { ...base, dedupe: { ...base.dedupe, graceMs } };
}
