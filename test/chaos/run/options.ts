import { parseArgs } from 'node:util';
import type { DeliveryMode } from '../verify/verify.ts';

export interface ChaosOptions {
  readonly mode: DeliveryMode;
  readonly alerts: number;
  readonly seed: number;
  /** How long the load takes; with `alerts` it gives the rate. */
  readonly minutes: number;
  readonly brokers: 1 | 3;
  readonly workers: number;
  /** Length of a cell, and what an occurrence outlives its last alert by. */
  readonly windowMs: number;
  /** Leave the services running and the folder in place. */
  readonly keep: boolean;
  /** File that a row is added to; null for none. */
  readonly record: string | null;
}

export const usage = `usage: npm run test:chaos -- [options]

  --mode MODE    effectively-once (default) or exactly-once
  --alerts N     how many are published; default 2,000,000
  --minutes M    over how long; default 12
  --seed N       of the load and of the adversary; default 1
  --brokers N    1 (default) or 3: then leaders of input and output partitions are killed too
  --workers N    tocsin run processes; default 3
  --quick        20,000 alerts in half a minute, with shorter windows
  --record FILE  adds what was found as a row to a Markdown table
  --keep         leaves the services running, and their data and logs in place
`;

/** Throws an error whose message says what is wrong. */
export function optionsOf(argv: readonly string[]): ChaosOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      mode: { type: 'string', default: 'effectively-once' },
      alerts: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      brokers: { type: 'string', default: '1' },
      workers: { type: 'string', default: '3' },
      quick: { type: 'boolean', default: false },
      record: { type: 'string' },
      keep: { type: 'boolean', default: false },
    },
  });
  const { mode, quick, keep } = values;
  if (mode !== 'effectively-once' && mode !== 'exactly-once') throw new Error(`there is no mode ${mode}`);
  const brokers = numberOf('brokers', values.brokers);
  if (brokers !== 1 && brokers !== 3) throw new Error('--brokers is 1 or 3');
  return {
    ...{ mode, brokers, keep, record: values.record ?? null },
    alerts: numberOf('alerts', values.alerts ?? (quick ? '20000' : '2000000')),
    minutes: numberOf('minutes', values.minutes ?? (quick ? '0.5' : '12')),
    seed: numberOf('seed', values.seed),
    workers: numberOf('workers', values.workers),
    windowMs: quick ? 5_000 : 20_000,
  };
}

function numberOf(name: string, text: string): number {
  const value = Number(text.replaceAll(/[_,]/g, ''));
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0, not ${text}`);
  return value;
}
