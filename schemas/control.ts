import type { EventTimeMs } from './brand.ts';

/** A label comparison in Alertmanager's sense; `value` of a regex matcher is anchored at both ends. */
export interface Matcher {
  readonly name: string;
  readonly op: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

interface Dated {
  readonly id: string;
  readonly tenant: string;
  readonly createdBy: string;
  readonly comment: string;
}

export interface Silence extends Dated {
  readonly kind: 'silence';
  readonly matchers: readonly Matcher[];
  readonly startsAt: EventTimeMs;
  readonly endsAt: EventTimeMs;
}

/** A one-off maintenance window; recurring ones stand in the config. */
export interface Maintenance extends Dated {
  readonly kind: 'maintenance';
  readonly matchers: readonly Matcher[];
  readonly startsAt: EventTimeMs;
  readonly endsAt: EventTimeMs;
}

export interface Acknowledgement extends Dated {
  readonly kind: 'acknowledgement';
  readonly incidentId: string;
  readonly generation: number;
}

/** Takes a silence, maintenance or acknowledgement back. */
export interface Withdrawal extends Dated {
  readonly kind: 'withdrawal';
}

/**
 * Most bytes of a record of `control.v1`, header and all. It is repeated in other topics, which take a mebibyte: far below that
 * for whatever is repeated beside it, and the same for all workers whatever their brokers take.
 */
export const maxControlBytes = 65_536;

/** Value of `control.v1`, keyed by `controlKey`; it acts when a shard reads its copy back from its own log. */
export type Control = Silence | Maintenance | Acknowledgement | Withdrawal;

/**
 * What a control replaces and is replaced by: tenant and id together, since two tenants may choose the same id. Text for a
 * record's key, so that compaction keeps the newest of each.
 */
export function controlKey({ tenant, id }: Pick<Control, 'tenant' | 'id'>): string {
  return [tenant, id].map(encoded).join('/');
}

/** As Avro writes it: half a surrogate pair, which cannot be encoded, becomes U+FFFD there. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
