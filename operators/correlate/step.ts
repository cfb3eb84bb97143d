import type { RelateEvent } from '../events.ts';
import type { Step } from '../operator.ts';
import type { TablesOf } from '../table.ts';
import type { CorrelateConfig } from './config.ts';
import { MemberIndex } from './member-index.ts';
import type { CorrelateTables } from './rows.ts';
import { isTemplateStrong } from './suffices.ts';
import { Topology } from './topology.ts';

export interface Derived {
  readonly members: MemberIndex;
  readonly topology: Topology;
}

export type CorrelateStep = Step<CorrelateConfig, CorrelateTables, Derived, RelateEvent>;

export function derive(config: CorrelateConfig, tables: TablesOf<CorrelateTables>): Derived {
  const members = new MemberIndex({ isTemplatePosted: isTemplateStrong(config) });
  for (const [occurrence, row] of tables.members.entries()) members.add(occurrence, row);
  return { members, topology: new Topology(config.topology.edges, config.topology) };
}
