import type { EventTimeMs } from '../../schemas/brand.ts';
import type { MemberRow } from './rows.ts';

export interface Member {
  readonly occurrence: string;
  readonly row: MemberRow;
}

interface Holding {
  count: number;
  lastAt: EventTimeMs;
}

export interface Kept {
  readonly template: string;
  readonly lastAt: EventTimeMs;
}

/** What the members of one incident come to. */
export interface Shape {
  /** By start, then occurrence. */
  readonly members: Member[];
  /** Members that fire. */
  live: number;
  /** Members that are severe enough to have to do with other services, and those of them that fire. */
  severe: number;
  liveSevere: number;
  /** Members that joined, and the sum of their confidences in thousandths. */
  joined: number;
  confidence: number;
  readonly keys: Map<string, Holding>;
  /** Members per fingerprint and per service. */
  readonly fingerprints: Map<string, number>;
  readonly services: Map<string, number>;
  /** Members that fire, per fingerprint. */
  readonly firing: Map<string, number>;
  /** Templates by newest start, then text. */
  readonly templates: Kept[];
}

/** Of an incident without members. */
export function emptyShape(): Shape {
  return {
    members: [],
    live: 0,
    severe: 0,
    liveSevere: 0,
    joined: 0,
    confidence: 0,
    keys: new Map(),
    fingerprints: new Map(),
    services: new Map(),
    firing: new Map(),
    templates: [],
  };
}

/** Counts a member in (1) or out (-1); the sorted lists and the keys are the index's own. */
export function tally(shape: Shape, row: MemberRow, by: 1 | -1): void {
  if (row.isFarReaching) shape.severe += by;
  if (row.endedAt === null) tallyFiring(shape, row, by);
  if (row.evidence.length > 0) {
    shape.joined += by;
    shape.confidence += by * row.confidence;
  }
  bump(shape.fingerprints, row.fingerprint, by);
  if (row.service !== '') bump(shape.services, row.service, by);
}

/** Counts a member that stays as it is but for its end. */
export function tallyEnd(shape: Shape, before: MemberRow, after: MemberRow): void {
  if (before.endedAt === null && after.endedAt !== null) tallyFiring(shape, before, -1);
  if (before.endedAt !== null && after.endedAt === null) tallyFiring(shape, after, 1);
}

function tallyFiring(shape: Shape, row: MemberRow, by: 1 | -1): void {
  shape.live += by;
  if (row.isFarReaching) shape.liveSevere += by;
  bump(shape.firing, row.fingerprint, by);
}

function bump(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

/** Whether something fires that matters: of an incident of mild members only, every one of them does. */
export function isGoingOn({ severe, live, liveSevere }: Shape): boolean {
  return severe > 0 ? liveSevere > 0 : live > 0;
}

/** When the incident last got a member that was news. */
export function lastNewsAt({ members }: Shape): EventTimeMs | undefined {
  let newest: EventTimeMs | undefined;
  for (let at = members.length - 1; at >= 0; at -= 1) {
    const row = members[at]?.row;
    // No member is news after its own start, so what began before the newest news cannot be newer.
    if (row === undefined || (newest !== undefined && row.startedAt <= newest)) break;
    newest = Math.max(newest ?? row.newsAt, row.newsAt);
  }
  return newest;
}
