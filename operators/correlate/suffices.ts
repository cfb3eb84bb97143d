import type { CorrelateConfig } from './config.ts';

/** What rounding to thousandths may add to a confidence. */
const rounding = 0.001;

/** Whether time and the very same message may make an alert join: only then is anything looked for under messages. */
export function isTemplateStrong({ weights, joinAt }: CorrelateConfig): boolean {
  return suffices((1 - weights.temporal) * (1 - weights.template), joinAt);
}

/** Whether so little doubt lets an alert join. */
export function suffices(doubt: number, joinAt: number): boolean {
  return 1 - doubt >= joinAt - rounding;
}
