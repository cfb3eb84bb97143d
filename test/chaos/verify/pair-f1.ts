type Memberships = Iterable<readonly [member: string, group: string]>;

export interface PairScore {
  /** Pairs of members that share a group: in both, in the first, in the second. */
  readonly both: number;
  readonly found: number;
  readonly expected: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** How far two groupings agree on which members belong together; names of groups do not matter. */
export function pairF1(found: Memberships, expected: Memberships): PairScore {
  const expectedGroup = new Map(expected);
  const sizes = {
    both: new Map<string, number>(),
    found: new Map<string, number>(),
    expected: new Map<string, number>(),
  };
  const count = (of: Map<string, number>, group: string) => of.set(group, (of.get(group) ?? 0) + 1);
  for (const group of expectedGroup.values()) count(sizes.expected, group);
  for (const [member, group] of found) {
    count(sizes.found, group);
    const other = expectedGroup.get(member);
    if (other !== undefined) count(sizes.both, `${group}/${other}`);
  }
  const [both, inFound, inExpected] = [pairs(sizes.both), pairs(sizes.found), pairs(sizes.expected)];
  const precision = inFound === 0 ? 1 : both / inFound;
  const recall = inExpected === 0 ? 1 : both / inExpected;
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { both, found: inFound, expected: inExpected, precision, recall, f1 };
}

function pairs(groups: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const size of groups.values()) sum += (size * (size - 1)) / 2;
  return sum;
}
