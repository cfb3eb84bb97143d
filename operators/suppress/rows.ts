import type { EnrichedAlert, Labels, Severity } from '../../schemas/alert.ts';
import { enrichedAlertSchema } from '../../schemas/avro/enriched-alert.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Matcher } from '../../schemas/control.ts';
import { rowSchema } from '../row-schema.ts';
import type { TableSpec } from '../table.ts';
import { table } from '../table.ts';

/** A silence or maintenance from `control.v1`, as long as it has not ended. Keyed by tenant and id. */
export interface ControlRow {
  readonly kind: 'silence' | 'maintenance';
  readonly tenant: string;
  readonly id: string;
  readonly location: string;
  readonly startsAt: EventTimeMs;
  readonly endsAt: EventTimeMs;
  readonly matchers: readonly Matcher[];
}

/** A firing occurrence that mutes others: just what the rules look at. Keyed by occurrence. */
export interface SourceRow {
  readonly tenant: string;
  readonly source: string;
  readonly name: string;
  readonly severity: Severity;
  readonly labels: Labels;
  readonly service: string;
  /** Since when it mutes with these labels. */
  readonly since: EventTimeMs;
}

/** How many new occurrences a tenant has had lately, and the storm it is in. Keyed by tenant. */
export interface StormRow {
  /** Starts of the parts of the sliding window, ascending, with the new occurrences of each in `counts`. */
  readonly starts: readonly EventTimeMs[];
  readonly counts: readonly number[];
  /** Start of the storm; null when there is none. */
  readonly since: EventTimeMs | null;
  /** Since when the count has been low; null while it is not. */
  readonly calmSince: EventTimeMs | null;
  /** Occurrences of the storm that were told and that were not. */
  readonly told: number;
  readonly suppressed: number;
  /** Number of rows in `stormNames`. */
  readonly names: number;
}

/** How often a (source, name) was told in the present storm of its tenant. Keyed by all three. */
export interface StormNameRow {
  readonly tenant: string;
  readonly told: number;
}

const field = (name: string, type: unknown) => ({ name, type });
const optional = (type: string) => ['null', type];

function record<Row>(name: string, fields: readonly object[]): TableSpec<Row> {
  // avsc's typings want mutable arrays of its own node types.
  return table<Row>({ type: 'record', name, fields } as never);
}

const matchers = {
  type: 'array',
  items: {
    type: 'record',
    name: 'Matcher',
    fields: [field('name', 'string'), field('op', 'string'), field('value', 'string')],
  },
};

export const tables = {
  controls: record<ControlRow>('Control', [
    field('kind', 'string'),
    field('tenant', 'string'),
    field('id', 'string'),
    field('location', 'string'),
    field('startsAt', 'long'),
    field('endsAt', 'long'),
    field('matchers', matchers),
  ]),
  sources: record<SourceRow>('Source', [
    field('tenant', 'string'),
    field('source', 'string'),
    field('name', 'string'),
    field('severity', 'string'),
    field('labels', { type: 'map', values: 'string' }),
    field('service', 'string'),
    field('since', 'long'),
  ]),
  /** Occurrences nobody was ever told of: the newest telling, with its suppression. Keyed by occurrence. */
  hushed: table<EnrichedAlert>(rowSchema(enrichedAlertSchema)),
  storms: record<StormRow>('Storm', [
    field('starts', { type: 'array', items: 'long' }),
    field('counts', { type: 'array', items: 'int' }),
    field('since', optional('long')),
    field('calmSince', optional('long')),
    field('told', 'long'),
    field('suppressed', 'long'),
    field('names', 'int'),
  ]),
  stormNames: record<StormNameRow>('StormName', [field('tenant', 'string'), field('told', 'int')]),
};
