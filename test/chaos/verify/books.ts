import type { Decision, Outcome } from '../../../schemas/decision.ts';

/** How many alerts had which outcome, from decisions and dead letters, each counted once. */
export class Books {
  readonly #totals: Partial<Record<Outcome, number>> = {};
  readonly #reasons = new Map<string, number>();
  /** Source places of dead letters; a crash may repeat one. */
  readonly #deadLetters = new Set<string>();

  decision({ outcome, reason, count }: Pick<Decision, 'outcome' | 'reason' | 'count'>): void {
    if (outcome === 'noted') return;
    this.#totals[outcome] = (this.#totals[outcome] ?? 0) + count;
    const word = `${outcome}/${reason}`;
    this.#reasons.set(word, (this.#reasons.get(word) ?? 0) + count);
  }

  deadLetter(place: string): void {
    this.#deadLetters.add(place);
  }

  get totals(): Readonly<Record<'passed' | 'folded' | 'suppressed' | 'deadLettered', number>> {
    const { passed = 0, folded = 0, suppressed = 0 } = this.#totals;
    return { passed, folded, suppressed, deadLettered: this.#deadLetters.size };
  }

  /** Alerts by `outcome/reason`, which may differ between runs: what comes first depends on the order. */
  get reasons(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#reasons].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  get accounted(): number {
    return Object.values(this.totals).reduce((sum, count) => sum + count, 0);
  }
}
