/** A service of the demo's company: who owns it, what it needs, where it runs. */
export interface Service {
  readonly name: string;
  readonly team: string;
  readonly kind: 'edge' | 'app' | 'database' | 'cache' | 'queue';
  readonly needs: readonly string[];
  readonly hosts: readonly string[];
}

type Row = readonly [name: string, team: string, kind: Service['kind'], hosts: number, needs?: string];

const rows: readonly Row[] = [
  ['shop-edge', 'web', 'edge', 3, 'shop-web shop-api'],
  ['shop-web', 'web', 'app', 3, 'shop-api'],
  ['shop-api', 'web', 'app', 4, 'checkout catalog accounts'],
  ['checkout', 'payments', 'app', 3, 'payments orders'],
  ['payments', 'payments', 'app', 3, 'payments-db'],
  ['payments-db', 'payments', 'database', 2],
  ['orders', 'orders', 'app', 3, 'orders-db orders-queue'],
  ['orders-db', 'orders', 'database', 2],
  ['orders-queue', 'orders', 'queue', 3],
  ['catalog', 'catalog', 'app', 3, 'catalog-db catalog-cache object-store'],
  ['catalog-db', 'catalog', 'database', 2],
  ['catalog-cache', 'catalog', 'cache', 2],
  ['accounts', 'identity', 'app', 3, 'accounts-db sso'],
  ['accounts-db', 'identity', 'database', 2],
  ['media-edge', 'media', 'edge', 3, 'media-api'],
  ['media-api', 'media', 'app', 3, 'transcode thumbnails sso'],
  ['transcode', 'media', 'app', 4, 'media-queue media-store'],
  ['thumbnails', 'media', 'app', 3, 'media-store'],
  ['media-queue', 'media', 'queue', 3],
  ['media-store', 'storage', 'database', 3, 'object-store'],
  ['reports-api', 'analytics', 'app', 2, 'reports-engine sso'],
  ['reports-engine', 'analytics', 'app', 3, 'events-db events-queue'],
  ['events-db', 'analytics', 'database', 3],
  ['events-queue', 'analytics', 'queue', 3],
  ['batch-billing', 'finance', 'app', 2, 'ledger-db'],
  ['ledger-db', 'finance', 'database', 2],
  // What several parts of the company share.
  ['sso', 'identity', 'app', 3, 'sso-db'],
  ['sso-db', 'identity', 'database', 2],
  ['object-store', 'storage', 'database', 4],
  // On their own.
  ['mailer', 'growth', 'app', 2],
  ['search-crawler', 'growth', 'app', 2],
];

export const services: readonly Service[] = rows.map(([name, team, kind, hosts, needs]) => ({
  name,
  team,
  kind,
  needs: needs === undefined ? [] : needs.split(' '),
  hosts: Array.from({ length: hosts }, (_, index) => `${name}-${index + 1}`),
}));

const byName = new Map(services.map((service) => [service.name, service]));

export function serviceNamed(name: string): Service {
  const service = byName.get(name);
  if (service === undefined) throw new RangeError(`the demo has no service ${name}`);
  return service;
}

/** Edges of the dependency graph, as `correlate.topology.edges` takes them. */
export const edges = services.flatMap(({ name, needs }) => needs.map((to) => ({ from: name, to })));

/** Services that need `name`, directly or through others, each with the number of hops. */
export function dependents(name: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  let frontier = [name];
  for (let hops = 1; frontier.length > 0; hops += 1) {
    const next = services.filter(
      ({ name: one, needs }) => !found.has(one) && needs.some((need) => frontier.includes(need)),
    );
    for (const service of next) found.set(service.name, hops);
    frontier = next.map((service) => service.name);
  }
  return found;
}

/** Parts of the company, each named by its outermost services. */
const outermost = {
  shop: ['shop-edge'],
  media: ['media-edge'],
  reports: ['reports-api'],
  finance: ['batch-billing'],
  growth: ['mailer', 'search-crawler'],
} as const;

/** Parts that suffer when the service fails; several for what they share. */
export function partsOf(name: string): readonly string[] {
  const above = dependents(name);
  return Object.entries(outermost)
    .filter(([, roots]) => roots.some((root) => root === name || above.has(root)))
    .map(([part]) => part);
}
