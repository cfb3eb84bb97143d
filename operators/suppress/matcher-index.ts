import type { Matcher } from '../../schemas/control.ts';
import {
  fieldNames,
  listedValues,
  literalPrefix,
  type Matchable,
  readLabel,
} from '../../schemas/matcher/index.ts';

/** Items that stand under one value of a label, or under a beginning of its values. */
type Shelf<Item> = Set<Item>;

/** Where an item stands, to be given to `remove`. */
export type Spots<Item> = readonly {
  readonly shelf: Shelf<Item>;
  /** Takes an empty shelf away. */
  readonly clear: () => void;
}[];

interface TenantShelves<Item> {
  readonly byValue: Map<string, Map<string, Shelf<Item>>>;
  /** For what only a pattern says: by its first characters, and how many these are. */
  readonly byPrefix: Map<string, Map<number, Map<string, Shelf<Item>>>>;
  /** Items without a matcher that says what a value is or begins with: all of them are tried. */
  readonly rest: Shelf<Item>;
}

/** Stands for every tenant. */
const anyTenant = '*';
/** Up to here it is cheaper to walk the names of the index than those of the alert. */
const fewNames = 8;
/** Characters of a pattern's beginning that are looked at: as many look-ups at most. */
const longestPrefix = 12;

/**
 * Finds the items whose matchers may match an alert without trying them all: each stands under one value, or beginning of
 * values, of one of its matchers, the least crowded. The layout depends on the order of adding; who looks at the candidates must
 * not, and must try them.
 */
export class MatcherIndex<Item> {
  readonly #tenants = new Map<string, TenantShelves<Item>>();

  add(tenant: string, matchers: readonly Matcher[], item: Item): Spots<Item> {
    const spots = chooseSpots(this.#shelvesOf(tenant), matchers);
    for (const { shelf } of spots) shelf.add(item);
    return spots;
  }

  remove(item: Item, spots: Spots<Item>): void {
    for (const { shelf, clear } of spots) {
      shelf.delete(item);
      if (shelf.size === 0) clear();
    }
  }

  /** Each item once: it stands under one value of one label. */
  *candidates(alert: Matchable): Generator<Item> {
    for (const tenant of [alert.tenant, anyTenant]) {
      const shelves = this.#tenants.get(tenant);
      if (shelves === undefined) continue;
      yield* byValueIn(shelves, alert);
      yield* byPrefixIn(shelves, alert);
      yield* shelves.rest;
    }
  }

  #shelvesOf(tenant: string): TenantShelves<Item> {
    const known = this.#tenants.get(tenant);
    if (known !== undefined) return known;
    const made = { byValue: new Map(), byPrefix: new Map(), rest: new Set<Item>() };
    this.#tenants.set(tenant, made);
    return made;
  }
}

function* byValueIn<Item>({ byValue }: TenantShelves<Item>, alert: Matchable): Generator<Item> {
  const names =
    byValue.size <= fewNames ? byValue.keys() : new Set([...Object.keys(alert.labels), ...fieldNames]);
  for (const name of names) {
    const value = readLabel(alert, name);
    const shelf = value === '' ? undefined : byValue.get(name)?.get(value);
    if (shelf !== undefined) yield* shelf;
  }
}

function* byPrefixIn<Item>({ byPrefix }: TenantShelves<Item>, alert: Matchable): Generator<Item> {
  for (const [name, byLength] of byPrefix) {
    const value = readLabel(alert, name);
    for (const [length, shelves] of byLength) {
      const shelf = length > value.length ? undefined : shelves.get(value.slice(0, length));
      if (shelf !== undefined) yield* shelf;
    }
  }
}

/** The shelves of the matcher with the fewest items beside it so far; those that say a value before those that say its beginning. */
function chooseSpots<Item>(shelves: TenantShelves<Item>, matchers: readonly Matcher[]): Spots<Item> {
  const { byValue, rest } = shelves;
  let best: { readonly name: string; readonly values: readonly string[]; readonly crowd: number } | null =
    null;
  for (const matcher of matchers) {
    const values = listedValues(matcher);
    if (values === null) continue;
    const { name } = matcher;
    const crowd = values.reduce((sum, value) => sum + (byValue.get(name)?.get(value)?.size ?? 0), 0);
    if (best === null || crowd < best.crowd) best = { name, values, crowd };
  }
  if (best === null) return [prefixSpot(shelves, matchers) ?? { shelf: rest, clear: () => {} }];
  const { name, values } = best;
  const ofName = ensured(byValue, name, () => new Map<string, Shelf<Item>>());
  return values.map((value) => ({
    shelf: ensured(ofName, value, () => new Set<Item>()),
    clear: () => {
      ofName.delete(value);
      if (ofName.size === 0) byValue.delete(name);
    },
  }));
}

/** The longest beginning that a matcher says; null when none says any. */
function prefixSpot<Item>(
  { byPrefix }: TenantShelves<Item>,
  matchers: readonly Matcher[],
): Spots<Item>[number] | null {
  let best: { readonly name: string; readonly prefix: string } | null = null;
  for (const matcher of matchers) {
    const prefix = literalPrefix(matcher).slice(0, longestPrefix);
    if (prefix.length > (best?.prefix.length ?? 0)) best = { name: matcher.name, prefix };
  }
  if (best === null) return null;
  const { name, prefix } = best;
  const byLength = ensured(byPrefix, name, () => new Map<number, Map<string, Shelf<Item>>>());
  const ofLength = ensured(byLength, prefix.length, () => new Map<string, Shelf<Item>>());
  return {
    shelf: ensured(ofLength, prefix, () => new Set<Item>()),
    clear: () => {
      ofLength.delete(prefix);
      if (ofLength.size === 0) byLength.delete(prefix.length);
      if (byLength.size === 0) byPrefix.delete(name);
    },
  };
}

function ensured<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
