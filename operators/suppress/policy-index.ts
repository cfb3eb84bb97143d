import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Matcher } from '../../schemas/control.ts';
import {
  compileMatchers,
  type Matchable,
  matchesNothingNamed,
  type Predicate,
} from '../../schemas/matcher/index.ts';
import { MatcherIndex, type Spots } from './matcher-index.ts';

/** A silence or one-off maintenance, from the config or from a control record. */
export interface Policy {
  readonly tenant: string;
  readonly rule: string;
  readonly location: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: EventTimeMs;
  /** Exclusive. */
  readonly endsAt: EventTimeMs;
}

interface Entry {
  readonly policy: Policy;
  readonly matches: Predicate;
}

/** False for what would silence everything or cannot be compiled; such a policy is never applied (it fails open). */
export function isUsable(matchers: readonly Matcher[]): boolean {
  return compileMatchers(matchers) !== null && !matchesNothingNamed(matchers);
}

/** Finds the policies that match an alert without trying them all. What it finds does not depend on the order of adding. */
export class PolicyIndex {
  readonly #entries = new MatcherIndex<Entry>();
  readonly #places = new Map<string, { readonly entry: Entry; readonly spots: Spots<Entry> }>();

  /** Puts a policy in under a key of its own, in the place of an earlier one. */
  set(key: string, policy: Policy): void {
    this.delete(key);
    const matches = compileMatchers(policy.matchers);
    if (matches === null || matchesNothingNamed(policy.matchers)) return;
    const entry = { policy, matches };
    this.#places.set(key, { entry, spots: this.#entries.add(policy.tenant, policy.matchers, entry) });
  }

  delete(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    this.#entries.remove(place.entry, place.spots);
  }

  /** The matching policy that is active at `at` and ends last; of several such the one whose rule sorts first. */
  find(alert: Matchable, at: EventTimeMs): Policy | null {
    if (this.#places.size === 0) return null;
    let found: Policy | null = null;
    for (const { policy, matches } of this.#entries.candidates(alert)) {
      const isActive = policy.startsAt <= at && at < policy.endsAt;
      if (isActive && (found === null || isPreferred(policy, found)) && matches(alert)) found = policy;
    }
    return found;
  }
}

function isPreferred(a: Policy, b: Policy): boolean {
  if (a.endsAt !== b.endsAt) return a.endsAt > b.endsAt;
  if (a.rule !== b.rule) return a.rule < b.rule;
  return a.location < b.location;
}
