import { combine } from '../../operators/dedupe/index.ts';
import type { ReduceEvent } from '../../operators/events.ts';
import { codecs } from '../../schemas/avro/index.ts';
import type { EventTimeMs } from '../../schemas/brand.ts';
import type { Heartbeat } from '../../schemas/reduced.ts';
import { topics } from '../../schemas/topics.ts';
import type { ProduceRecord } from '../broker/index.ts';
import type { ShardSurroundings } from './ports.ts';
import type { ShardRunner } from './shard-runner.ts';

/**
 * States up to when a REDUCE shard's log is complete, to every RELATE shard (protocol.md STIMULUS 1). The order is the
 * point: read the clock, then find that the log ends where we are, then state every fact that was held back, then
 * claim. A claim is about the log, so even a claim of a shard that is no longer ours is true.
 */
export class HeartbeatSource {
  readonly #runner: ShardRunner<ReduceEvent>;
  readonly #around: ShardSurroundings;
  #claimed: EventTimeMs = 0;
  /** Where the shard stood when it last moved, and when that was noticed. */
  #seen = { position: -1, at: 0 };

  constructor(runner: ShardRunner<ReduceEvent>, around: ShardSurroundings) {
    this.#runner = runner;
    this.#around = around;
  }

  beat(): Promise<void> {
    return this.#runner.exclusively(async () => {
      const complete = await this.#completeUpTo();
      if (complete > this.#claimed) {
        await this.#runner.send(this.#claims(complete));
        this.#claimed = complete;
      }
      // A shard whose log has gone quiet gets no batch to store its last one after.
      await this.#runner.store();
    });
  }

  async #completeUpTo(): Promise<EventTimeMs> {
    const { ports, settings } = this.#around;
    const { shard } = this.#runner;
    // Never 0: the next record may still have the millisecond of the last one, or of the clock.
    const slackMs = Math.max(1, settings.clockSlackMs);
    const now = ports.clock.now();
    // Busy: facts of closed cells were stated by the shard's own timers, below the time of its last record.
    if (!(await this.#runner.isAtEnd())) return shard.host.time.at - slackMs;
    const complete = now - slackMs;
    await this.#runner.idle(complete, this.#isQuiet(now) ? combine.name : null);
    return complete;
  }

  /**
   * Facts of cells that are over are stated by moving time alone; that is all a claim needs. What a quiet shard still
   * holds of open cells is stated too, so that counts do not wait for their cell to end.
   */
  #isQuiet(now: EventTimeMs): boolean {
    const { position } = this.#runner;
    if (position === this.#seen.position) return now - this.#seen.at >= this.#around.settings.flushIdleMs;
    this.#seen = { position, at: now };
    return false;
  }

  #claims(complete: EventTimeMs): readonly ProduceRecord[] {
    const { rawPartitions, reducedPartitions, schemaIds } = this.#around;
    const shard = this.#runner.place.partition;
    const heartbeat: Heartbeat = { kind: 'heartbeat', shard, shards: rawPartitions, complete };
    const value = codecs.reduced.encodeFramed(schemaIds.reduced, heartbeat);
    const topic = topics.reduced.name;
    return Array.from({ length: reducedPartitions }, (_, partition) => ({
      topic,
      partition,
      key: null,
      value,
    }));
  }
}
