/** What the adversary does; each kind is counted. */
export const faultKinds = [
  'kill',
  'exit',
  'freeze',
  'expulsion',
  'leave',
  'join',
  'request lost',
  'answer lost',
  'late request',
  'late answer',
  'slow message',
  'broker down',
  'clock step',
  'passed-over partition',
  'stale fetch',
  'stale committed offset',
  'transaction timeout',
  'transaction fenced',
  'state down',
  'state rollback',
  'state wipe',
  'warehouse down',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export type FaultCounts = Readonly<Record<FaultKind, number>>;

export function noFaults(): Record<FaultKind, number> {
  // One entry per name of the list, which is the type's.
  return Object.fromEntries(faultKinds.map((kind) => [kind, 0])) as Record<FaultKind, number>;
}

/** What happened in one run: faults by kind, and the trace where somebody reads it. */
export class Journal {
  readonly faults = noFaults();
  /** Null unless wanted: most runs are never read. */
  readonly trace: ((line: string) => void) | null;

  constructor(trace: ((line: string) => void) | null) {
    this.trace = trace;
  }

  fault(kind: FaultKind, detail: () => string): void {
    this.faults[kind] += 1;
    this.trace?.(`!! ${kind}: ${detail()}`);
  }
}
