import { combine } from '../../../operators/dedupe/index.ts';
import type { Output, ReduceEvent, RelateEvent } from '../../../operators/events.ts';
import type { LogRecord, ProduceRecord } from '../../../pipeline/broker/index.ts';
import { reduceGraph, relateGraph } from '../../../pipeline/graphs.ts';
import type { RawDecoder } from '../../../pipeline/registry/index.ts';
import { Shard, type ShardSink } from '../../../pipeline/shard/index.ts';
import type { OperatorConfigs } from '../../../pipeline/topology.ts';
import { Outbox } from '../../../pipeline/worker/outbox.ts';
import type { WorkerSettings } from '../../../pipeline/worker/ports.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import type { Heartbeat } from '../../../schemas/reduced.ts';
import type { MergedVisitor } from './merge.ts';

export interface CleanRunOptions {
  readonly operators: OperatorConfigs;
  readonly settings: Pick<WorkerSettings, 'heartbeatMs' | 'clockSlackMs' | 'flushIdleMs'>;
  readonly rawPartitions: number;
  readonly reducedPartitions: number;
  readonly rawDecoder: RawDecoder;
  /** Awaited with records before they are stepped: fetches what decoding them needs. */
  readonly prefetch: (records: readonly LogRecord[]) => Promise<void>;
  readonly onOutput: (
    output: Output,
    origin: { readonly shard: number; readonly offset: number; readonly n: number },
  ) => void;
  /** The place of a dead letter, as `partition/offset/n`. */
  readonly onDeadLetter: (place: string) => void;
}

interface Reduce {
  readonly shard: Shard<ReduceEvent>;
  readonly outbox: Outbox;
  /** When its last record came. */
  movedAt: number;
}

interface Relate {
  readonly shard: Shard<RelateEvent>;
  next: number;
}

/** What encodes the reduced log's values; only the bytes behind it are read again. */
const noIds = {
  reduced: 0,
  enriched: 0,
  suppressed: 0,
  incidents: 0,
  aggregates: 0,
  decisions: 0,
  snapshots: 7,
  control: 8,
};

/**
 * The whole pipeline over a raw log, in this process and in virtual time: nothing is sent, stored or interrupted, and every
 * record is worked on at its own time. What a run that was torn to pieces must come to in the end.
 */
export class CleanRun implements MergedVisitor {
  readonly #options: CleanRunOptions;
  readonly #reduce: readonly Reduce[];
  readonly #relate: readonly Relate[];
  #now = 0;
  #nextBeat = 0;
  /** Records of each raw partition. */
  readonly records: number[];

  constructor(options: CleanRunOptions) {
    this.#options = options;
    const { operators, rawDecoder, reducedPartitions } = options;
    const reduce = reduceGraph(operators, rawDecoder.decode);
    const relate = relateGraph(operators);
    this.records = Array.from({ length: options.rawPartitions }, () => 0);
    this.#reduce = this.records.map((_, partition) => {
      const outbox = new LoudOutbox(options, { graph: reduce.name, partition, reducedPartitions });
      return { outbox, shard: new Shard(reduce, partition, outbox), movedAt: 0 };
    });
    this.#relate = Array.from({ length: reducedPartitions }, (_, partition) => {
      return { shard: new Shard(relate, partition, sinkOf(options)), next: 0 };
    });
  }

  prepare(records: readonly LogRecord[]): Promise<void> {
    return this.#options.prefetch(records);
  }

  step(record: LogRecord, partition: number): void {
    this.#beatUntil(record.timestamp);
    this.#now = Math.max(this.#now, record.timestamp);
    const reduce = this.#reduce[partition];
    if (reduce === undefined) throw new Error(`there is no raw partition ${partition}`);
    this.records[partition] = (this.records[partition] ?? 0) + 1;
    reduce.movedAt = this.#now;
    reduce.shard.step(record);
    this.#pass(reduce);
  }

  /** Goes on after the last record until no timer is left. */
  finish(): void {
    const { heartbeatMs } = this.#options.settings;
    for (let due = this.#nextDue(); due !== null; due = this.#nextDue()) {
      this.#nextBeat = Math.max(this.#nextBeat, Math.ceil(due / heartbeatMs) * heartbeatMs);
      this.#beat();
    }
  }

  /** Rows and timers that are left. */
  get size(): { readonly rows: number; readonly timers: number } {
    const sizes = [...this.#reduce, ...this.#relate].map(({ shard }) => shard.size);
    return {
      rows: sizes.reduce((sum, { rows }) => sum + rows, 0),
      timers: sizes.reduce((sum, { timers }) => sum + timers, 0),
    };
  }

  get now(): number {
    return this.#now;
  }

  #nextDue(): number | null {
    const dues = [...this.#reduce, ...this.#relate].map(({ shard }) => shard.host.nextDue());
    const set = dues.filter((due) => due !== null);
    return set.length === 0 ? null : Math.min(...set);
  }

  #beatUntil(at: number): void {
    const { heartbeatMs } = this.#options.settings;
    if (this.#nextBeat === 0) this.#nextBeat = Math.ceil((at + 1) / heartbeatMs) * heartbeatMs;
    while (this.#nextBeat <= at) this.#beat();
  }

  /** As a worker's heartbeat: first every fact that was held back, then the claim (protocol.md STIMULUS 1). */
  #beat(): void {
    const { heartbeatMs, clockSlackMs, flushIdleMs } = this.#options.settings;
    this.#now = Math.max(this.#now, this.#nextBeat);
    this.#nextBeat += heartbeatMs;
    const complete = this.#now - Math.max(1, clockSlackMs);
    for (const [shard, reduce] of this.#reduce.entries()) {
      const isQuiet = this.#now - reduce.movedAt >= flushIdleMs;
      reduce.shard.idle(complete, isQuiet ? combine.name : null);
      this.#pass(reduce);
      const claim: Heartbeat = { kind: 'heartbeat', shard, shards: this.#reduce.length, complete };
      const value = codecs.reduced.encodeFramed(noIds.reduced, claim);
      for (const relate of this.#relate) this.#append(relate, { key: null, value });
    }
  }

  #pass({ outbox }: Reduce): void {
    for (const record of outbox.take()) {
      const relate = this.#relate[record.partition ?? 0];
      if (relate !== undefined) this.#append(relate, record);
    }
  }

  #append(relate: Relate, { key, value }: Pick<ProduceRecord, 'key' | 'value'>): void {
    relate.shard.step({ offset: relate.next, timestamp: this.#now, key, value, headers: {} });
    relate.next += 1;
  }
}

interface OutboxPlace {
  readonly graph: string;
  readonly partition: number;
  readonly reducedPartitions: number;
}

/** An outbox that says at once where a dead letter came from, instead of sending it. */
class LoudOutbox extends Outbox {
  readonly #onDeadLetter: CleanRunOptions['onDeadLetter'];
  readonly #partition: number;

  constructor({ onDeadLetter }: CleanRunOptions, place: OutboxPlace) {
    super({ ...place, schemaIds: noIds, onAssigned: null });
    this.#onDeadLetter = onDeadLetter;
    this.#partition = place.partition;
  }

  override deadLetter({ n }: { readonly n: number }, { offset }: LogRecord): void {
    this.#onDeadLetter(`${this.#partition}/${offset}/${n}`);
  }
}

function sinkOf({ onOutput }: CleanRunOptions): ShardSink {
  return { output: onOutput, deadLetter: () => {}, assigned: () => {} };
}
