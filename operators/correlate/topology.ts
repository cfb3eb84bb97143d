import { compareText } from './sorted.ts';

export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface Limits {
  readonly maxHops: number;
  readonly maxFanIn: number;
  readonly maxNeighbours: number;
}

export interface Neighbour {
  readonly service: string;
  readonly hops: number;
  /**
   * 1 when one depends on the other. Services that merely depend on the same one have 1 / its other dependents: had it
   * failed, those would be in alert too.
   */
  readonly share: number;
}

/** How many services one dependency search looks at: more would cost too much per alert, and say little. */
const maxReach = 512;

/**
 * The dependency graph of the config. Two services are near when they can share a cause: one depends on the other,
 * or both depend on a third. Two that are merely called by the same service do not fail together, so a path may go
 * down (to what is depended on) and then up, never up and then down.
 */
export class Topology {
  readonly #limits: Limits;
  readonly #down = new Map<string, string[]>();
  readonly #up = new Map<string, string[]>();
  // Answers depend on the config alone, so keeping them changes nothing but the cost.
  readonly #near = new Map<string, readonly Neighbour[]>();
  readonly #reach = new Map<string, ReadonlySet<string>>();

  constructor(edges: readonly Edge[], limits: Limits) {
    this.#limits = limits;
    for (const { from, to } of edges) {
      if (from === to) continue;
      link(this.#down, from, to);
      link(this.#up, to, from);
    }
    for (const lists of [this.#down, this.#up]) for (const list of lists.values()) list.sort(compareText);
  }

  has(service: string): boolean {
    return this.#down.has(service) || this.#up.has(service);
  }

  /** The service itself (0 hops) and the nearest that can share a cause with it, nearest first, ties by name. */
  near(service: string): readonly Neighbour[] {
    if (!this.has(service)) return [{ service, hops: 0, share: 1 }];
    let near = this.#near.get(service);
    if (near === undefined) {
      near = this.#search(service);
      this.#near.set(service, near);
    }
    return near;
  }

  /** All that `service` depends on, directly or through others; never itself. */
  dependencies(service: string): ReadonlySet<string> {
    if (!this.has(service)) return none;
    let reach = this.#reach.get(service);
    if (reach === undefined) {
      reach = this.#dependencies(service);
      this.#reach.set(service, reach);
    }
    return reach;
  }

  /** Breadth first, downwards with possible turns upwards; the first visit of a service has the fewest hops. */
  #search(start: string): readonly Neighbour[] {
    const found = new Map<string, Neighbour>([[start, { service: start, hops: 0, share: 1 }]]);
    const visit = (service: string, hops: number, share: number) => {
      if (!found.has(service)) found.set(service, { service, hops, share });
    };
    let falling = [start];
    let rising = [start];
    let turned: Shares = new Map();
    const seen = { falling: new Set(falling), rising: new Set(rising), turned: new Set<string>() };
    for (let hops = 1; hops <= this.#limits.maxHops; hops += 1) {
      turned = this.#turn(turned, falling, seen.turned);
      falling = step(falling, this.#down, seen.falling);
      rising = step(rising, this.#up, seen.rising);
      for (const service of [...falling, ...rising]) visit(service, hops, 1);
      for (const [service, share] of turned) visit(service, hops, share);
    }
    return [...found.values()]
      .sort((a, b) => a.hops - b.hops || compareText(a.service, b.service))
      .slice(0, this.#limits.maxNeighbours);
  }

  /** Services one edge up from those that turned before and from those where a path may turn now. */
  #turn(turned: Shares, turning: readonly string[], seen: Set<string>): Shares {
    const from = new Map(turned);
    for (const service of turning) {
      const fanIn = this.#up.get(service)?.length ?? 0;
      // A dependency of everybody relates nobody.
      if (fanIn > 1 && fanIn <= this.#limits.maxFanIn) from.set(service, 1 / (fanIn - 1));
    }
    const next = new Map<string, number>();
    for (const [service, share] of from) {
      for (const above of this.#up.get(service) ?? []) {
        if (!seen.has(above)) next.set(above, Math.max(share, next.get(above) ?? 0));
      }
    }
    for (const service of next.keys()) seen.add(service);
    return next;
  }

  #dependencies(service: string): ReadonlySet<string> {
    const seen = new Set([service]);
    let front = [service];
    while (front.length > 0 && seen.size < maxReach) front = step(front, this.#down, seen);
    // In a cycle a service depends on itself; that explains nothing.
    seen.delete(service);
    return seen;
  }
}

const none: ReadonlySet<string> = new Set();

/** Services on the way up, each with the share of where its path turned. */
type Shares = ReadonlyMap<string, number>;

function link(lists: Map<string, string[]>, from: string, to: string): void {
  const list = lists.get(from);
  if (list === undefined) lists.set(from, [to]);
  else if (!list.includes(to)) list.push(to);
}

/** Services one edge further that were not seen before; marks them as seen. */
function step(
  front: readonly string[],
  edges: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): string[] {
  const next: string[] = [];
  for (const service of front) {
    for (const other of edges.get(service) ?? []) {
      if (seen.has(other)) continue;
      seen.add(other);
      next.push(other);
    }
  }
  return next;
}
