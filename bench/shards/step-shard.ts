import type { ReduceEvent, RelateEvent } from '../../operators/events.ts';
import type { Kinded } from '../../operators/operator.ts';
import type { LogRecord, ProduceRecord } from '../../pipeline/broker/index.ts';
import type { Config } from '../../pipeline/config/index.ts';
import { type Graph, reduceGraph, relateGraph } from '../../pipeline/graphs.ts';
import { Shard, type ShardSink } from '../../pipeline/shard/index.ts';
import { Outbox, type SchemaIds } from '../../pipeline/worker/outbox.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { cpuUs } from '../harness/cpu.ts';
import { recordsPerBatch, schemaId } from './logs.ts';

/**
 * What is done beside the steps: nothing, the outputs encoded as they are sent, or the rows taken for checkpoints too.
 * Nothing is sent or stored.
 */
export const depths = ['steps', 'encoded', 'checkpointed'] as const;
export type Depth = (typeof depths)[number];

/** Records between two checkpoints: five seconds at 10,000 records a second. */
export const recordsPerCheckpoint = 50_000;

const schemaIds: SchemaIds = {
  ...{ reduced: schemaId, enriched: schemaId, suppressed: schemaId, incidents: schemaId },
  ...{ aggregates: schemaId, decisions: schemaId, snapshots: schemaId, control: schemaId },
};

export interface Leaving {
  /** What changed is left to the caller, who takes it before it becomes much. */
  readonly leavesChanges?: boolean;
}

/** Outputs by topic, dead letters among them. */
export type Counted = Record<string, number>;

/** One shard without anything around it: records in, outputs counted. */
export class BenchShard<Event extends Kinded> {
  readonly shard: Shard<Event>;
  readonly #counted: Counted = {};
  readonly #outbox: Outbox | null;
  readonly #isCheckpointed: boolean;
  readonly #leavesChanges: boolean;
  #sinceCheckpoint = 0;

  constructor(graph: Graph<Event>, depth: Depth, { leavesChanges = false }: Leaving = {}) {
    this.#leavesChanges = leavesChanges;
    const around = { graph: graph.name, partition: 0, schemaIds, reducedPartitions: 1, onAssigned: null };
    this.#outbox = depth === 'steps' ? null : new Outbox(around);
    this.#isCheckpointed = depth === 'checkpointed';
    this.shard = new Shard(graph, 0, this.#outbox ?? this.#counter());
  }

  /** Steps records in batches; `onBatch` gets what came out of each, where outputs are encoded. Returns µs of CPU. */
  step(
    records: readonly LogRecord[],
    onBatch: (sent: readonly ProduceRecord[], last: LogRecord) => void = () => {},
  ): number {
    const startedAt = cpuUs();
    for (let from = 0; from < records.length; from += recordsPerBatch) {
      const to = Math.min(records.length, from + recordsPerBatch);
      const last = this.#stepRange(records, from, to);
      const sent = this.takeOutputs();
      if (last !== undefined) onBatch(sent, last);
      this.#checkpoint(to - from);
    }
    return cpuUs() - startedAt;
  }

  /** What came out since it was last taken, where outputs are encoded. */
  takeOutputs(): readonly ProduceRecord[] {
    const sent = this.#outbox?.take() ?? [];
    for (const { topic } of sent) this.#count(topic);
    return sent;
  }

  /** Outputs so far, to be given to `since`. */
  snapshot(): Counted {
    return { ...this.#counted };
  }

  since(before: Counted): Counted {
    const entries = Object.entries(this.#counted);
    return Object.fromEntries(entries.map(([topic, count]) => [topic, count - (before[topic] ?? 0)]));
  }

  #stepRange(records: readonly LogRecord[], from: number, to: number): LogRecord | undefined {
    let last: LogRecord | undefined;
    for (let i = from; i < to; i += 1) {
      last = records[i];
      if (last !== undefined) this.shard.step(last);
    }
    return last;
  }

  #checkpoint(stepped: number): void {
    if (this.#leavesChanges) return;
    this.#sinceCheckpoint += stepped;
    if (this.#sinceCheckpoint < recordsPerCheckpoint) return;
    this.#sinceCheckpoint = 0;
    if (this.#isCheckpointed) Array.from(this.shard.takeChanges());
    else this.#forgetChanges();
  }

  /** What a worker would have stored: keys of everything that ever changed would fill the memory otherwise. */
  #forgetChanges(): void {
    const { host } = this.shard;
    for (const { tables } of host.stages)
      for (const { table } of Object.values(tables)) table.forgetChanges();
    host.takeTimerChanges();
  }

  #counter(): ShardSink {
    return {
      output: ({ topic }) => this.#count(topic),
      deadLetter: () => this.#count('dead letters'),
      assigned: () => {},
    };
  }

  #count(topic: string): void {
    this.#counted[topic] = (this.#counted[topic] ?? 0) + 1;
  }
}

/** One schema id is known, under which records are laid out as ours are. */
export function reduceShard(config: Config, depth: Depth, leaving?: Leaving): BenchShard<ReduceEvent> {
  const decode = (_schemaId: number, payload: Uint8Array) => codecs.raw.decode(payload);
  return new BenchShard(
    reduceGraph(config, decode, () => true),
    depth,
    leaving,
  );
}

export function relateShard(config: Config, depth: Depth): BenchShard<RelateEvent> {
  return new BenchShard(relateGraph(config), depth);
}
