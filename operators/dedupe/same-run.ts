import type { Identified, IdentifiedHead } from '../events.ts';
import type { Run, Sighted } from './run.ts';

/** The name of a run among those of a shard; everything that a run holds equal for all its observations. */
export function runKey({ head, tail }: Identified, sighted: Sighted): string {
  const { identity } = head;
  const end = tail.status === 'resolved' ? sighted.endsAt : null;
  return [
    identity.fingerprint,
    sighted.cell,
    tail.status,
    identity.watched,
    sighted.startsAt,
    end,
    head.ending,
    identity.domain,
    identity.droppedBy,
  ].join('\u0000');
}

/** The same for a run that is known. */
export function keyOfRun(run: Run): string {
  const { cell, status, startsAt, resolvedAt, ending, subject } = run;
  const { fingerprint, watched, domain, droppedBy } = subject;
  return [fingerprint, cell, status, watched, startsAt, resolvedAt, ending, domain, droppedBy].join('\u0000');
}

/** Whether an observation of the run's fingerprint belongs to it; the hot path, so it builds nothing. */
export function isOfRun(run: Run, { head, tail }: Identified, sighted: Sighted): boolean {
  return (
    run.cellNumber === sighted.cellNumber &&
    run.status === tail.status &&
    run.startsAt === sighted.startsAt &&
    (run.status === 'firing' || run.resolvedAt === sighted.endsAt) &&
    // What a run holds equal of heads is equal in one that was counted in it; the rest of it lies elsewhere.
    (head.run === run || isSameKind(run, head))
  );
}

function isSameKind({ subject, ending }: Run, head: IdentifiedHead): boolean {
  const { identity } = head;
  if (ending !== head.ending) return false;
  if (subject === identity) return true;
  return (
    subject.domain === identity.domain &&
    subject.droppedBy === identity.droppedBy &&
    subject.watched === identity.watched
  );
}
