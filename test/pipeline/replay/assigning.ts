import { type Assignment, AssignmentLog } from '../../../pipeline/replay/assignments.ts';
import type { Fingerprint, OccurrenceId } from '../../../schemas/brand.ts';
import type { Decision } from '../../../schemas/decision.ts';
import { inputOf } from './files.ts';

export const noon = Date.UTC(2024, 5, 1, 12);

export const f = 'f' as Fingerprint;

/** An input of so many records a minute apart. */
export const inputWith = (records: number) =>
  inputOf({
    a: Array.from({ length: records }, (_, i) =>
      JSON.stringify({ name: 'n', observedAt: noon + i * 60_000 }),
    ).join('\n'),
  });

export interface Story {
  readonly records: number;
  readonly partitions?: number;
  tell(log: AssignmentLog): void;
}

export function assignmentsOf({ records, partitions = 1, tell }: Story): Assignment[] {
  const log = new AssignmentLog(partitions);
  tell(log);
  return [...log.lines(inputWith(records))].map((line) => JSON.parse(line));
}

/** `record alert: outcome reason occurrence incident#generation` */
export const told = (story: Story) =>
  assignmentsOf(story).map(
    ({ position, outcome, reason, occurrence, incidentId, generation }) =>
      `${position.record} ${position.alert}: ${outcome} ${reason} ${occurrence} ${incidentId}#${generation}`,
  );

export const alert = (
  offset: number,
  run: number | null,
  { n = 0, shard = 0, t = noon + offset * 60_000 } = {},
) =>
  [
    {
      kind: 'assigned',
      place: { offset, n },
      run: run === null ? null : { offset: run, n: 0 },
      t,
      fingerprint: f,
    },
    shard,
  ] as const;

export function decision(changes: Partial<Decision>): Decision {
  return {
    alertId: '',
    fingerprint: f,
    occurrence: 'o' as OccurrenceId,
    incidentId: null,
    generation: 0,
    tenant: 'default',
    stage: 'dedupe',
    outcome: 'folded',
    reason: 'repeat',
    rule: '',
    location: '',
    detail: {},
    count: 1,
    inputRange: null,
    eventTime: 0,
    origin: { shard: 0, offset: 0, n: 0 },
    ...changes,
  };
}

export const cause = (offset: number, changes: Partial<Decision> = {}, { n = 0, shard = 0 } = {}) => {
  const place = { offset, n };
  const inputRange = { shard, id: place, from: place, to: place, firstAt: 0, lastAt: 0 };
  return decision({ stage: 'publish', outcome: 'passed', reason: 'first', inputRange, ...changes });
};

export const fold = (run: number, minutes: [number, number], changes: Partial<Decision> = {}) => {
  const id = { offset: run, n: 0 };
  const [firstAt, lastAt] = minutes.map((minute) => noon + minute * 60_000) as [number, number];
  return decision({ inputRange: { shard: 0, id, from: id, to: id, firstAt, lastAt }, ...changes });
};
