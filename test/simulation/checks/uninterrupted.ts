import type { ReduceEvent, RelateEvent } from '../../../operators/events.ts';
import type { LogRecord } from '../../../pipeline/broker/index.ts';
import { reduceGraph, relateGraph } from '../../../pipeline/graphs.ts';
import { Shard } from '../../../pipeline/shard/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { hash32 } from '../../../schemas/identity.ts';
import type { Reduced } from '../../../schemas/reduced.ts';
import { topics } from '../../../schemas/topics.ts';
import { rawDecoder, schemaIds } from '../neighbours/known-registry.ts';
import type { SimWorld } from '../sim-world.ts';
import { Finals } from './finals.ts';
import { committedRecords } from './rerun.ts';

const tickMs = 10_000;

/** The same raw log and controls, through shards that nothing ever happens to: no network, no processes, exact time. */
export class Uninterrupted {
  readonly finals = new Finals();
  readonly #world: SimWorld;
  readonly #reduce: readonly Shard<ReduceEvent>[];
  readonly #relate: readonly { readonly shard: Shard<RelateEvent>; next: number }[];
  #now = 0;

  constructor(world: SimWorld) {
    const { operators, profile } = world;
    this.#world = world;
    this.#reduce = Array.from({ length: profile.rawPartitions }, (_, partition) =>
      this.#reduceShard(partition),
    );
    this.#relate = Array.from({ length: profile.reducedPartitions }, (_, partition) => ({
      next: 0,
      shard: new Shard(relateGraph(operators), partition, {
        output: (output) => this.finals.note(output),
        deadLetter: () => {},
        assigned: () => {},
      }),
    }));
  }

  /** Lines of the final occurrences once everything is over at `end`. */
  run(start: number, end: number): string[] {
    const arriving = this.#arriving();
    let next = 0;
    for (let tick = start + tickMs; tick <= end; tick += tickMs) {
      for (; (arriving[next]?.at ?? tick) < tick; next += 1) {
        const one = arriving[next];
        this.#now = Math.max(this.#now, one?.at ?? 0);
        one?.act();
      }
      this.#beat(tick);
    }
    return this.finals.lines();
  }

  #arriving(): { readonly at: number; readonly act: () => void }[] {
    const raw = this.#world.cluster.logs(topics.raw.name).flatMap((log) => {
      // As a log is read: in its order, whatever its stamps say.
      let at = 0;
      return committedRecords(log).map((record) => {
        at = Math.max(at, record.timestamp);
        return { at, act: () => this.#reduce[log.partition]?.step(record) };
      });
    });
    const controls = this.#world.story.controls.map(({ at, control }, index) => ({
      at,
      act: () => this.#toAll({ kind: 'control', index, control }),
    }));
    return [...raw, ...controls].sort((a, b) => a.at - b.at);
  }

  #beat(tick: number): void {
    this.#now = tick;
    const complete = tick - this.#world.profile.settings.clockSlackMs;
    for (const [shard, reduce] of this.#reduce.entries()) {
      reduce.idle(complete, null);
      this.#toAll({ kind: 'heartbeat', shard, shards: this.#reduce.length, complete });
    }
  }

  #reduceShard(partition: number): Shard<ReduceEvent> {
    const graph = reduceGraph(this.#world.operators, rawDecoder.decode);
    return new Shard(graph, partition, {
      output: (output) => {
        if (output.topic === 'reduced') this.#toOne(hash32(output.key) % this.#relate.length, output.value);
      },
      deadLetter: () => {},
      assigned: () => {},
    });
  }

  #toAll(value: Reduced): void {
    for (const partition of this.#relate.keys()) this.#toOne(partition, value);
  }

  /** As bytes: an operator may change in the next step what it stated in this one. */
  #toOne(partition: number, value: Reduced): void {
    const relate = this.#relate[partition];
    if (relate === undefined) return;
    const bytes = codecs.reduced.encodeFramed(schemaIds.reduced, value);
    const record: LogRecord = {
      ...{ offset: relate.next++, timestamp: this.#now, key: null, value: bytes, headers: {} },
    };
    relate.shard.step(record);
  }
}
