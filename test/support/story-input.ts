import { generate } from '../../pipeline/demo/generate.ts';
import { type Arriving, dawn } from './virtual-world.ts';

export interface AlertDraft {
  readonly at: number;
  readonly name?: string;
  readonly status?: 'firing' | 'resolved';
  readonly severity?: string;
  readonly source?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** In milliseconds after `dawn`, as `at`. */
  readonly observedAt?: number;
  readonly startsAt?: number;
  readonly endsAt?: number;
  readonly value?: number;
  readonly partition?: number;
}

/** A raw alert as JSON; times are milliseconds after `dawn`. */
export function alert({ at, partition, ...fields }: AlertDraft): Arriving {
  const { observedAt, startsAt, endsAt, ...rest } = fields;
  const absolute = (time: number | undefined) => (time === undefined ? undefined : dawn + time);
  const document = {
    tenant: 'acme',
    source: 'test',
    name: 'DiskFull',
    severity: 'high',
    ...rest,
    observedAt: absolute(observedAt),
    startsAt: absolute(startsAt),
    endsAt: absolute(endsAt),
  };
  const value = Buffer.from(JSON.stringify(document));
  return { at: dawn + at, value, ...(partition === undefined ? {} : { partition }) };
}

/** The demo's company for half an hour: cascades, flapping, noise and poison, told by a seed. */
export function story(seed: number, minutes: number): Arriving[] {
  const { arrivals } = generate({ seed, startAt: dawn, minutes });
  return Array.from({ length: arrivals.length }, (_, index) => {
    const { at, value } = arrivals.at(index);
    return { at, value };
  });
}

export function inOrder(...inputs: readonly (readonly Arriving[])[]): Arriving[] {
  return inputs.flat().sort((a, b) => a.at - b.at);
}
