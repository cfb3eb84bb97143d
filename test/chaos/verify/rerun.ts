import type { RelateEvent } from '../../../operators/events.ts';
import type { LogRecord } from '../../../pipeline/broker/index.ts';
import { relateGraph } from '../../../pipeline/graphs.ts';
import { Shard } from '../../../pipeline/shard/index.ts';
import type { OperatorConfigs } from '../../../pipeline/topology.ts';
import { Outbox, type SchemaIds } from '../../../pipeline/worker/outbox.ts';
import { Trails } from './trail.ts';

export interface RerunOptions {
  readonly operators: OperatorConfigs;
  readonly schemaIds: SchemaIds;
  readonly reducedPartitions: number;
}

/**
 * RELATE once more over the reduced log, without anything that could go wrong: a shard is a pure function of its
 * partition, so these are the bytes that the output topics must hold.
 */
export class Rerun {
  readonly trails = new Trails();
  readonly #shards: readonly { readonly shard: Shard<RelateEvent>; readonly outbox: Outbox }[];

  constructor(options: RerunOptions) {
    const graph = relateGraph(options.operators);
    this.#shards = Array.from({ length: options.reducedPartitions }, (_, partition) => {
      const outbox = new Outbox({ ...options, graph: graph.name, partition, onAssigned: null });
      return { outbox, shard: new Shard(graph, partition, outbox) };
    });
  }

  step(record: LogRecord, partition: number): void {
    const found = this.#shards[partition];
    if (found === undefined) throw new Error(`there is no shard ${partition}`);
    found.shard.step(record);
    for (const { topic, key, value } of found.outbox.take()) this.trails.at(topic, partition).add(key, value);
  }
}
