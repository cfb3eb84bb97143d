import type { Kinded } from '../../operators/operator.ts';
import { topics } from '../../schemas/topics.ts';
import type { Batch, TopicPartition } from '../broker/index.ts';
import { isPassing } from './passing.ts';
import type { ShardSurroundings } from './ports.ts';
import type { ShardAssignment } from './shard-assignment.ts';
import { ShardRunner } from './shard-runner.ts';

export interface SeatOptions<Event extends Kinded> {
  readonly assignment: Omit<ShardAssignment<Event>, 'onLost'>;
  readonly around: ShardSurroundings;
  /** The shard cannot go on. */
  readonly onFailure: (error: unknown) => void;
}

/** Pause before the next try to take a shard: a moment first, since the owners' quarrel is mostly over then. */
const retryMs = [50, 250, 1_000, 2_000, 5_000];

/**
 * A partition that the group has given to this process, and the instance of its shard that sits there. An instance that is
 * lost is followed by a fresh one for as long as the group says that the partition is ours:
 *
 *   taking ──▶ running ──lost──▶ taking        neighbours away, or fenced: waiting ──▶ taking
 *      └─────────┴── close ──▶ closed          (from anywhere; the group gave it to somebody else)
 */
export class ShardSeat<Event extends Kinded> {
  readonly #options: SeatOptions<Event>;
  readonly #place: TopicPartition;
  #runner: ShardRunner<Event>;
  #attempts = 0;
  #isClosed = false;
  #cancelRetry: () => void = () => {};

  constructor(options: SeatOptions<Event>) {
    const { graph, partition } = options.assignment;
    this.#options = options;
    this.#place = { topic: topics[graph.input].name, partition };
    this.#runner = this.#newRunner();
  }

  get runner(): ShardRunner<Event> {
    return this.#runner;
  }

  /** Takes the shard; resolves too when that has to wait for something. Rejects with what does not pass. */
  take(): Promise<void> {
    return this.#runner.acquire();
  }

  process(batch: Batch): Promise<void> {
    return this.#runner.process(batch);
  }

  release(): Promise<void> {
    this.#close();
    return this.#runner.release();
  }

  drop(): void {
    this.#close();
    this.#runner.drop();
  }

  #close(): void {
    this.#isClosed = true;
    this.#cancelRetry();
  }

  #newRunner(): ShardRunner<Event> {
    const { assignment, around } = this.#options;
    const runner: ShardRunner<Event> = new ShardRunner(
      { ...assignment, onLost: (error) => this.#lost(runner, error) },
      around,
    );
    return runner;
  }

  async #lost(lost: ShardRunner<Event>, error: unknown): Promise<void> {
    if (this.#isClosed || lost !== this.#runner) return;
    const { assignment, around } = this.#options;
    // Nothing is handed over until a fresh instance has said where to go on.
    assignment.consumer.pause([this.#place]);
    const { topic, partition } = this.#place;
    around.onTrouble('shard-lost', `${topic}/${partition}: ${String(error)}`);
    // One that got somewhere is followed at once; after one that did not it waits, longer each time.
    if (lost.hasProgressed) {
      this.#attempts = 0;
      await this.#follow();
    } else this.#later();
  }

  /** Puts a fresh instance in the seat, if it is ours; else leaves the lost one there until the group says more. */
  async #follow(): Promise<void> {
    const isOurs = await this.#isOurs();
    if (this.#isClosed) return;
    if (!isOurs) {
      this.#later();
      return;
    }
    this.#runner = this.#newRunner();
    await this.#runner.acquire();
  }

  async #isOurs(): Promise<boolean> {
    try {
      return await this.#options.assignment.consumer.owns(this.#place);
    } catch (error) {
      if (!isPassing(error)) throw error;
      return false;
    }
  }

  #later(): void {
    const { clock } = this.#options.around.ports;
    const delayMs = retryMs[Math.min(this.#attempts, retryMs.length - 1)] ?? 0;
    this.#attempts += 1;
    this.#cancelRetry = clock.schedule(clock.now() + delayMs, () => {
      if (!this.#isClosed) this.#follow().catch(this.#options.onFailure);
    });
  }
}
