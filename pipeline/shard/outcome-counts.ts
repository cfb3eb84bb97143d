import { type Outcome, outcomes } from '../../schemas/decision.ts';

/** How many alerts had which outcome. */
export type OutcomeCounts = Record<Outcome, number>;

export function noOutcomes(): OutcomeCounts {
  // One entry per name of the list, which is the type's.
  return Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as OutcomeCounts;
}
