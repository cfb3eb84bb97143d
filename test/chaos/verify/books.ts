import type { Decision, Outcome } from '../../../schemas/decision.ts';

/** How many alerts had which outcome, from decisions and dead letters, each counted once. */
export class Books {
  readonly #totals: Partial<Record<Outcome, number>> = {};
  /** Source places of dead letters; a crash may repeat one. */
  readonly #deadLetters = new Set<string>();

  decision({ outcome, count }: Pick<Decision, 'outcome' | 'count'>): void {
    if (outcome !== 'noted') this.#totals[outcome] = (this.#totals[outcome] ?? 0) + count;
  }

  deadLetter(place: string): void {
    this.#deadLetters.add(place);
  }

  get totals(): Readonly<Record<'passed' | 'folded' | 'suppressed' | 'deadLettered', number>> {
    const { passed = 0, folded = 0, suppressed = 0 } = this.#totals;
    return { passed, folded, suppressed, deadLettered: this.#deadLetters.size };
  }

  get accounted(): number {
    return Object.values(this.totals).reduce((sum, count) => sum + count, 0);
  }
}
