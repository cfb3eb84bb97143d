import { type Random, randomOf } from '../../../pipeline/demo/random.ts';
import type { Head, RawAlert } from '../../../schemas/alert.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { populationOf, type Service } from './population.ts';

/** One record on its way to the raw topic; `at` is the wall time, or the virtual one, at which it is sent. */
export type Draft = (schemaId: number, at: number) => Uint8Array | null;

/** A service in trouble: some of its alerts, told again and again, until there are none left to tell. */
interface Trouble {
  readonly heads: [Head, ...Head[]];
  left: number;
}

export interface SourceOptions {
  readonly seed: number;
  /** As many services are in trouble at a time. */
  readonly troubles: number;
  /** Mean number of alerts of one trouble; with the rate it says how long troubles last. */
  readonly alertsPerTrouble: number;
  /** Share of the alerts that come too late, and of the records that cannot be used at all. */
  readonly oddShare: number;
}

/** Alerts per second of one trouble. */
const ratePerTrouble = 20;
const longestTroubleSeconds = 40;
/** Of each trouble under way, between the end of one and its resolves: three seconds. */
const alertsBeforeResolve = 3 * ratePerTrouble;

export interface Pace {
  readonly perSecond: number;
  readonly seconds: number;
}

/** Troubles that are short against the whole run, and of which a service has one every few minutes at most. */
export function sourceAtPace(seed: number, { perSecond, seconds }: Pace): AlertSource {
  const troubles = Math.max(4, Math.round(perSecond / ratePerTrouble));
  const troubleSeconds = Math.min(longestTroubleSeconds, Math.max(2, seconds / 10));
  return new AlertSource({
    seed,
    troubles,
    alertsPerTrouble: ratePerTrouble * troubleSeconds,
    oddShare: 0.001,
  });
}

/**
 * A seeded stream of raw alerts: nine of ten and more are repeats, most troubles end with resolves, a severity changes now
 * and then, some come too late and some cannot be used at all.
 */
export class AlertSource {
  readonly #random: Random;
  readonly #services: readonly Service[];
  readonly #options: SourceOptions;
  readonly #troubles: Trouble[] = [];
  /** Resolves that troubles left behind, with the number of the alert that they come after. */
  readonly #resolves: { readonly after: number; readonly head: Head }[] = [];
  #turn = 0;
  #count = 0;

  constructor(options: SourceOptions) {
    this.#options = options;
    this.#random = randomOf(options.seed);
    this.#services = populationOf(this.#random);
  }

  next(): Draft {
    const id = String(this.#count++);
    const { oddShare } = this.#options;
    if (this.#random.chance(oddShare)) return poison(this.#random);
    const resolved = this.#nextResolve();
    if (resolved !== null) return draftOf(resolved, { status: 'resolved', value: null, id, ageMs: 0 });
    const head = this.#firing();
    const value = this.#random.chance(0.3) ? this.#random.int(0, 10_000) / 100 : null;
    const ageMs = this.#random.chance(oddShare) ? 120_000 : 0;
    return draftOf(head, { status: 'firing', value, id, ageMs });
  }

  #firing(): Head {
    const slot = this.#random.int(0, this.#options.troubles - 1);
    const found = this.#troubles[slot];
    const trouble = found === undefined || found.left <= 0 ? this.#begin(slot) : found;
    trouble.left -= 1;
    const at = this.#random.int(0, trouble.heads.length - 1);
    const head = trouble.heads[at] ?? trouble.heads[0];
    if (this.#random.chance(0.002)) trouble.heads[at] = { ...head, severity: 'critical' };
    if (trouble.left === 0 && this.#random.chance(0.7)) this.#resolve(trouble);
    return head;
  }

  /** Mostly some seconds after the last alert of the trouble, as sources do; now and then in one breath with it. */
  #resolve({ heads }: Trouble): void {
    const isAtOnce = this.#random.chance(0.05);
    const after = this.#count + (isAtOnce ? 0 : alertsBeforeResolve * this.#options.troubles);
    this.#resolves.push(...heads.map((head) => ({ after, head })));
  }

  #nextResolve(): Head | null {
    const [first] = this.#resolves;
    if (first === undefined || this.#count <= first.after) return null;
    this.#resolves.shift();
    return first.head;
  }

  /** Services take turns, so that one is quiet between two troubles; a few come back at once. */
  #begin(slot: number): Trouble {
    const last = this.#services.length - 1;
    const index = this.#random.chance(0.05) ? this.#random.int(0, last) : this.#turn++ % (last + 1);
    const heads = this.#services[index]?.heads ?? [];
    const from = this.#random.int(0, heads.length - 3);
    const [first, ...others] = heads.slice(from, from + this.#random.int(3, 8));
    if (first === undefined) throw new Error(`service ${index} has no alerts`);
    const mean = this.#options.alertsPerTrouble;
    const trouble: Trouble = {
      heads: [first, ...others],
      left: this.#random.int(mean >> 1, mean + (mean >> 1)),
    };
    this.#troubles[slot] = trouble;
    return trouble;
  }
}

type Observed = Pick<RawAlert, 'status' | 'value' | 'id'> & { readonly ageMs: number };

function draftOf(head: Head, { status, value, id, ageMs }: Observed): Draft {
  const { tenant, source, name, severity, labels, annotations, generatorUrl } = head;
  return (schemaId, at) =>
    // Flat: a spread costs twenty times the encoding (docs/performance.md).
    codecs.raw.encodeFramed(schemaId, {
      tenant,
      source,
      name,
      severity,
      labels,
      annotations,
      generatorUrl,
      status,
      observedAt: ageMs === 0 ? null : at - ageMs,
      startsAt: null,
      endsAt: null,
      value,
      id,
    });
}

/** An id that no registry gives away. */
const unknownSchema = 2_000_000_000;

function poison(random: Random): Draft {
  const kind = random.int(0, 3);
  if (kind === 0) return () => null;
  if (kind === 1) return () => Buffer.from('{"name":');
  if (kind === 2) return (schemaId) => Buffer.of(0, 0, 0, schemaId >> 8, schemaId & 255, 2);
  return () => {
    const value = Buffer.alloc(9);
    value.writeUInt32BE(unknownSchema, 1);
    return value;
  };
}
