import { randomOf } from '../../pipeline/demo/random.ts';
import type { Head } from '../../schemas/alert.ts';
import { alertOf, type Drawn, headOf } from '../peers/workload.ts';

/**
 * Alerts that come in bursts: some identities at a time, each so many times and in no order, then the next ones. Of n sightings
 * n-1 are repeats, exactly.
 */
export interface Load {
  /** Before they come round again; null: each is gone for good after its burst. */
  readonly identities: number | null;
  readonly sightings: number;
  /** Identities that fire together. */
  readonly atOnce: number;
  /** From one burst of an identity to its next, or until as many others had theirs as `perRound`. */
  readonly roundMs: number;
  readonly perRound: number;
  /** One after the other the alerts of a service, or one alert of each service after the other. */
  readonly order: 'by service' | 'by name';
  readonly tenants: number;
  readonly startsAt: number;
}

/** Length of a cell, unless it is configured otherwise. */
export const cellMs = 300_000;

/** Ten alert names to a service, as the peers' load has them. */
export const namesPerService = 10;

/** The alerts in order, without end; the same ones each time. */
export function* draw(load: Load): Generator<Drawn> {
  const { sightings, atOnce, startsAt, roundMs, perRound } = load;
  const random = randomOf(1);
  const msPerAlert = roundMs / (perRound * sightings);
  const order = Uint32Array.from({ length: atOnce * sightings }, (_, i) => i % atOnce);
  for (let index = 0, first = 0; ; first += atOnce) {
    shuffle(order, random.next);
    for (const place of order) {
      const at = startsAt + Math.floor(index * msPerAlert);
      const value = random.chance(0.3) ? random.int(0, 10_000) / 100 : null;
      const head = headAt(load, first + place);
      yield { at, alert: alertOf(head, { at, value, id: index.toString(36) }) };
      index += 1;
    }
  }
}

function headAt({ identities, order, tenants }: Load, burst: number): Head {
  if (identities === null) return headOf(burst);
  const number = burst % identities;
  return order === 'by service' ? headOf(number) : apartHeadOf(number, { identities, tenants });
}

/**
 * One alert of each service, then the next one of each; two services have a namespace to themselves, and share nothing that says
 * much with others.
 */
function apartHeadOf(
  number: number,
  { identities, tenants }: { readonly identities: number; readonly tenants: number },
): Head {
  const services = identities / namesPerService;
  const service = number % services;
  // Not the same name everywhere at the same time: that would be an outage of something common.
  const name = (Math.floor(number / services) + service) % namesPerService;
  const head = headOf(service * namesPerService + name);
  const pair = service >> 1;
  const labels = {
    host: head.labels['host'] ?? '',
    namespace: `namespace-${pair}`,
    pod: `pod-${service}`,
    service: `service-${service}`,
    team: `team-${pair % 40}`,
    version: 'v1.27.3',
  };
  // Mild alerts are not related beyond their service: the pair would have two incidents.
  const severity = head.severity === 'low' ? 'medium' : head.severity;
  // Properties that are there already: replacing them after a spread is cheap (docs/performance.md).
  return { ...head, tenant: `tenant-${pair % tenants}`, severity, labels };
}

/** Fisher and Yates. */
function shuffle(order: Uint32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a = 0, b = 0] = [order[last], order[other]];
    order[last] = b;
    order[other] = a;
  }
}
