import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Matcher } from '../../schemas/control.ts';
import {
  compileMatchers,
  fieldNames,
  listedValues,
  type Matchable,
  matchesNothingNamed,
  type Predicate,
  readLabel,
} from '../../schemas/matcher/index.ts';

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

type Shelf = Set<Entry>;

/** A shelf and where it stands: `[label, value]`, or null for the rest. */
interface Spot {
  readonly shelf: Shelf;
  readonly label: readonly [string, string] | null;
}

interface TenantShelves {
  readonly byName: Map<string, Map<string, Shelf>>;
  /** Policies without a matcher whose values can be listed: all of them are tried. */
  readonly rest: Shelf;
}

/** Stands for every tenant. */
const anyTenant = '*';
/** Up to here it is cheaper to walk the names of the index than those of the alert. */
const fewNames = 8;

/** False for what would silence everything or cannot be compiled; such a policy is never applied (it fails open). */
export function isUsable(matchers: readonly Matcher[]): boolean {
  return compileMatchers(matchers) !== null && !matchesNothingNamed(matchers);
}

/**
 * Finds the policies that match an alert without trying them all: each stands under one value of one of its matchers,
 * the least crowded. The layout depends on the order of adding; what `find` returns does not.
 */
export class PolicyIndex {
  readonly #tenants = new Map<string, TenantShelves>();
  readonly #places = new Map<string, { readonly entry: Entry; readonly spots: readonly Spot[] }>();

  /** Puts a policy in under a key of its own, in the place of an earlier one. */
  set(key: string, policy: Policy): void {
    this.delete(key);
    const matches = compileMatchers(policy.matchers);
    if (matches === null || matchesNothingNamed(policy.matchers)) return;
    const entry = { policy, matches };
    const spots = chooseSpots(this.#shelvesOf(policy.tenant), policy.matchers);
    for (const { shelf } of spots) shelf.add(entry);
    this.#places.set(key, { entry, spots });
  }

  delete(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    const byName = this.#tenants.get(place.entry.policy.tenant)?.byName;
    for (const { shelf, label } of place.spots) {
      shelf.delete(place.entry);
      if (label === null || shelf.size > 0) continue;
      const values = byName?.get(label[0]);
      values?.delete(label[1]);
      if (values?.size === 0) byName?.delete(label[0]);
    }
  }

  /** The matching policy that is active at `at` and ends last; of several such the one whose rule sorts first. */
  find(alert: Matchable, at: EventTimeMs): Policy | null {
    if (this.#places.size === 0) return null;
    let found: Policy | null = null;
    for (const tenant of [alert.tenant, anyTenant]) {
      const shelves = this.#tenants.get(tenant);
      if (shelves === undefined) continue;
      for (const { policy, matches } of candidates(shelves, alert)) {
        const isActive = policy.startsAt <= at && at < policy.endsAt;
        if (isActive && (found === null || isPreferred(policy, found)) && matches(alert)) found = policy;
      }
    }
    return found;
  }

  #shelvesOf(tenant: string): TenantShelves {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const made: TenantShelves = { byName: new Map(), rest: new Set() };
    this.#tenants.set(tenant, made);
    return made;
  }
}

function isPreferred(a: Policy, b: Policy): boolean {
  if (a.endsAt !== b.endsAt) return a.endsAt > b.endsAt;
  if (a.rule !== b.rule) return a.rule < b.rule;
  return a.location < b.location;
}

function* candidates(shelves: TenantShelves, alert: Matchable): Iterable<Entry> {
  const names =
    shelves.byName.size <= fewNames
      ? shelves.byName.keys()
      : new Set([...Object.keys(alert.labels), ...fieldNames]);
  for (const name of names) {
    const value = readLabel(alert, name);
    const shelf = value === '' ? undefined : shelves.byName.get(name)?.get(value);
    if (shelf !== undefined) yield* shelf;
  }
  yield* shelves.rest;
}

/** The shelves of the matcher with the fewest policies beside it so far. */
function chooseSpots({ byName, rest }: TenantShelves, matchers: readonly Matcher[]): readonly Spot[] {
  let best: { readonly name: string; readonly values: readonly string[]; readonly crowd: number } | null =
    null;
  for (const matcher of matchers) {
    const values = listedValues(matcher);
    if (values === null) continue;
    const { name } = matcher;
    const crowd = values.reduce((sum, value) => sum + (byName.get(name)?.get(value)?.size ?? 0), 0);
    if (best === null || crowd < best.crowd) best = { name, values, crowd };
  }
  if (best === null) return [{ shelf: rest, label: null }];
  const { name, values } = best;
  const shelves = byName.get(name) ?? new Map<string, Shelf>();
  byName.set(name, shelves);
  return values.map((value) => {
    const shelf = shelves.get(value) ?? new Set();
    shelves.set(value, shelf);
    return { shelf, label: [name, value] };
  });
}
