/** The topics table: what `tocsin topics plan` compares a cluster with and what the embedded broker is created from. */
export interface Topic {
  readonly name: string;
  /** What the key is; keys are unframed UTF-8. */
  readonly key: string;
  readonly value: string;
  /** `raw`: chosen by the producers' load. `reduced`: one per RELATE shard; outputs must have as many. `one`: exactly one. */
  readonly partitions: 'raw' | 'reduced' | 'one';
  readonly retentionMs: number;
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  readonly timestamps: 'CreateTime' | 'LogAppendTime';
}

const dayMs = 86_400_000;

const deleted = (name: string, key: string, value: string, days: number): Topic => ({
  name,
  key,
  value,
  partitions: 'reduced',
  retentionMs: days * dayMs,
  cleanup: 'delete',
  timestamps: 'CreateTime',
});

export const topics = {
  raw: {
    name: 'alerts.raw.v1',
    key: 'anything, or none: it affects cost, never the result',
    value: 'RawAlert or any payload normalize knows',
    partitions: 'raw',
    retentionMs: 7 * dayMs,
    cleanup: 'delete',
    timestamps: 'LogAppendTime',
  },
  reduced: {
    ...deleted('alerts.reduced.v1', 'correlation domain', 'Reduced', 3),
    timestamps: 'LogAppendTime',
  },
  enriched: deleted('alerts.enriched.v1', 'fingerprint', 'EnrichedAlert', 14),
  suppressed: deleted('alerts.suppressed.v1', 'fingerprint', 'EnrichedAlert', 14),
  incidents: {
    ...deleted('incidents.v1', 'incident id', 'Incident', 90),
    cleanup: 'compact,delete',
  },
  aggregates: deleted('alerts.aggregates.v1', 'tenant/service/severity/name', 'Aggregate', 14),
  decisions: deleted('decisions.v1', 'fingerprint', 'Decision', 30),
  /** Internal: what a RELATE shard is rebuilt from when its stored state is lost; partition i for shard i. */
  snapshots: {
    ...deleted('snapshots.v1', 'id of the snapshot', 'SnapshotPiece', 7),
    timestamps: 'LogAppendTime',
  },
  control: {
    name: 'control.v1',
    key: 'tenant/id, each percent-encoded',
    value: 'Control',
    partitions: 'one',
    retentionMs: 365 * dayMs,
    cleanup: 'compact',
    timestamps: 'LogAppendTime',
  },
  /** Raw records that an overloaded worker put aside, as they came; partition i for raw partition i. */
  overflow: {
    ...deleted('alerts.raw.v1.overflow', 'the key of the raw record', 'the raw bytes', 7),
    partitions: 'raw',
  },
  deadLetters: {
    ...deleted('alerts.raw.v1.dlq', 'the key of the raw record', 'the raw bytes', 30),
    partitions: 'one',
  },
  /** What `tocsin dlq` did with dead letters. Kept for longer than they are, or they would seem open again. */
  handledLetters: {
    ...deleted('alerts.raw.v1.dlq.handled', 'where the dead letter came from', 'retried or dropped', 90),
    partitions: 'one',
    cleanup: 'compact,delete',
    timestamps: 'LogAppendTime',
  },
} as const satisfies Record<string, Topic>;

export type TopicId = keyof typeof topics;
