import { incidentSchema } from '../../schemas/avro/incident.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { RelateEvent } from '../events.ts';
import type { Step } from '../operator.ts';
import { rowSchema } from '../row-schema.ts';
import { type TableSpec, table } from '../table.ts';
import type { PublishConfig } from './config.ts';

/** What is known of an incident's members, and what was published of it. Keyed by incident id. */
export interface IncidentRow {
  /** Its latest change; null until correlate has stated one. */
  readonly incident: Incident | null;
  /** It has or had a member that somebody was told of: only then may it be seen, from then on for good. */
  readonly isVisible: boolean;
  /** Revision last published; 0 for none. */
  readonly revision: number;
  /** Members that nobody was told of. */
  readonly suppressed: number;
}

/** An occurrence that belongs to an incident and is not over. Keyed by occurrence. */
export interface MemberRow {
  readonly incidentId: string;
  readonly isTold: boolean;
}

const field = (name: string, type: unknown) => ({ name, type });

function record<Row>(name: string, fields: readonly object[]): TableSpec<Row> {
  // avsc's typings want mutable arrays of its own node types.
  return table<Row>({ type: 'record', name, fields } as never);
}

export const tables = {
  incidents: record<IncidentRow>('IncidentRow', [
    field('incident', ['null', rowSchema(incidentSchema)]),
    field('isVisible', 'boolean'),
    field('revision', 'long'),
    field('suppressed', 'long'),
  ]),
  members: record<MemberRow>('MemberRow', [field('incidentId', 'string'), field('isTold', 'boolean')]),
};

export interface Derived {
  /** Occurrences by incident. */
  readonly membersOf: Map<string, Set<string>>;
}

export type PublishStep = Step<PublishConfig, typeof tables, Derived, RelateEvent>;
