import type { Kafka } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type {
  CommittedOffset,
  Consumer,
  ConsumerHandlers,
  ConsumerOptions,
  OffsetCommit,
  TopicPartition,
} from '../broker.ts';
import { laneOf } from './acknowledged-send.ts';
import type { GroupTimings } from './group-events.ts';
import { GroupMember, type GroupMemberOptions } from './group-member.ts';
import type { KafkaAdmin } from './kafka-admin.ts';
import { KafkaReader } from './kafka-reader.ts';
import { LogEnds, whileUnavailable } from './log-ends.ts';
import { settlement, within } from './settlement.ts';

export interface KafkaConsumerServices {
  readonly kafka: Kafka;
  readonly admin: Pick<KafkaAdmin, 'partitions' | 'committedOffsets' | 'watermarks'>;
  readonly timings: GroupTimings;
  /** What stands between the consumer and its group; kafkajs unless given. */
  readonly openMember?: (options: GroupMemberOptions) => ConsumerMember;
}

/** The part of a group's member that its consumer uses. */
export type ConsumerMember = Pick<
  GroupMember,
  'epoch' | 'join' | 'commit' | 'committed' | 'owns' | 'pause' | 'resume' | 'seek' | 'leave'
>;

/** How long a consumer that failed waits for its last batch, and for the group to hear of it, before it says so. */
const farewellMs = 5_000;

/**
 * One member of a group:
 *
 *   fresh ──start──▶ joined ──stop──▶ leaving ──▶ gone
 *                      └──onBatch or a handler rejects, refused for good, too slow to let go──▶ gone (onFailure)
 *
 * When the group has presumed it dead (a long pause of the process), it joins again by itself: `onAssigned` comes without
 * `onRevoked`, and what was committed in between was refused.
 */
export class KafkaConsumer implements Consumer {
  readonly #options: ConsumerOptions;
  readonly #services: KafkaConsumerServices;
  readonly #member: ConsumerMember;
  readonly #ends: LogEnds;
  readonly #started = settlement();
  #readers = new Map<string, KafkaReader>();
  #state: 'fresh' | 'joined' | 'leaving' | 'gone' = 'fresh';
  #handlers: ConsumerHandlers | null = null;
  #epoch = -1;
  /** Taking and letting go happen one after another, whoever asks for them. */
  #turn: Promise<void> = Promise.resolve();
  #stopped: Promise<void> = Promise.resolve();

  constructor(options: ConsumerOptions, services: KafkaConsumerServices) {
    this.#options = options;
    this.#services = services;
    this.#ends = new LogEnds(services.admin, options.group);
    const openMember = services.openMember ?? ((member) => new GroupMember(member));
    this.#member = openMember({
      ...options,
      ...services,
      events: {
        letGo: (isKnown) => this.#letGoInTime(isKnown),
        take: (places, epoch) => void this.#inTurn(() => this.#take(places, epoch)),
        fetched: (place, records) => this.#reader(place)?.accept(records),
        skipped: (place, first, last) => this.#reader(place)?.skip(first, last),
        outOfRange: (place) => this.#reader(place)?.outOfRange(),
        unreadable: (place, offset, error) => this.#reader(place)?.block(offset, error),
        failed: (error) => this.#fail(error),
      },
    });
  }

  async start(handlers: ConsumerHandlers): Promise<void> {
    if (this.#state !== 'fresh')
      throw new TocsinError('broker.wrong-state', 'the consumer was started before');
    this.#handlers = handlers;
    this.#state = 'joined';
    const isOurs = (): boolean => this.#state === 'joined';
    try {
      // An outage is waited for; that there is no such topic is not.
      for (const topic of this.#options.topics)
        await whileUnavailable(isOurs, () => this.#services.admin.partitions(topic));
      if (isOurs()) await this.#member.join();
    } catch (error) {
      this.#state = 'gone';
      await this.#member.leave();
      throw error;
    }
    await this.#started.settled;
  }

  pause(places: readonly TopicPartition[]): void {
    for (const place of places) this.#reader(place)?.pause();
  }

  resume(places: readonly TopicPartition[]): void {
    for (const place of places) this.#reader(place)?.resume();
  }

  seek(place: TopicPartition, offset: number): void {
    this.#reader(place)?.seek(offset);
  }

  position(place: TopicPartition): number | null {
    return this.#reader(place)?.handled ?? null;
  }

  async commitOffsets(offsets: readonly OffsetCommit[]): Promise<void> {
    this.#assertCurrent();
    await this.#member.commit(offsets);
  }

  async committed(
    partitions: readonly TopicPartition[],
    witness: TopicPartition,
  ): Promise<readonly (CommittedOffset | null)[]> {
    this.#assertCurrent();
    return this.#member.committed(partitions, witness);
  }

  /** After a join and until `onAssigned`, handlers work on the assignment before: what they say is not said under this one. */
  #assertCurrent(): void {
    if (this.#member.epoch !== this.#epoch) {
      const detail = `group ${this.#options.group}, generation ${this.#epoch}`;
      throw new TocsinError('broker.illegal-generation', detail);
    }
  }

  owns(place: TopicPartition): Promise<boolean> {
    return this.#member.owns(place);
  }

  stop(): Promise<void> {
    if (this.#state === 'joined') this.#stopped = this.#leave();
    return this.#stopped;
  }

  async #leave(): Promise<void> {
    this.#state = 'leaving';
    await this.#letGo(true);
    this.#state = 'gone';
    await this.#member.leave();
    this.#started.resolve();
  }

  /** A member that keeps the whole group waiting for longer than it would wait is out of it. */
  async #letGoInTime(isKnown: boolean): Promise<void> {
    const letGo = this.#letGo(isKnown);
    const isInTime = !isKnown || (await within(this.#services.timings.rebalanceTimeoutMs, letGo));
    if (!isInTime) this.#fail(new TocsinError('broker.session-expired', `group ${this.#options.group}`));
    if (this.#state === 'gone') throw new TocsinError('broker.wrong-state', 'the consumer has stopped');
  }

  #letGo(isKnown: boolean): Promise<void> {
    return this.#inTurn(async () => {
      const places = Array.from(this.#readers.values(), ({ place }) => place);
      await this.#closeReaders();
      if (!isKnown || places.length === 0 || this.#state === 'gone') return;
      await this.#handlers?.onRevoked(places, this.#epoch);
    });
  }

  async #take(places: readonly TopicPartition[], epoch: number): Promise<void> {
    const handlers = this.#handlers;
    const isOurs = (): boolean => this.#state === 'joined' && this.#member.epoch === epoch;
    if (handlers === null || !isOurs()) return;
    if (epoch === this.#epoch && this.#readers.size > 0) return this.#renew(places);
    const starts = await this.#ends.startsOf(places, isOurs);
    if (!isOurs()) return;
    this.#epoch = epoch;
    for (const place of places) {
      const lane = laneOf(place);
      this.#readers.set(lane, this.#readerOf(place, epoch, starts.get(lane) ?? 0));
    }
    await handlers.onAssigned(places, epoch);
    if (!isOurs()) return;
    await Promise.all(Array.from(this.#readers.values(), (reader) => reader.open()));
    this.#member.resume(places);
    this.#started.resolve();
  }

  /** The same share again (the client library joined twice): nobody else had it, and only its own memory is new. */
  async #renew(places: readonly TopicPartition[]): Promise<void> {
    await Promise.all(Array.from(this.#readers.values(), (reader) => reader.renew()));
    this.#member.resume(places);
  }

  #readerOf({ topic, partition }: TopicPartition, epoch: number, position: number): KafkaReader {
    const place = { topic, partition };
    const isOurs = (): boolean => this.#member.epoch === epoch;
    const { maxBatchRecords, maxBatchBytes } = this.#options;
    const options = {
      ...place,
      epoch,
      maxBatchRecords,
      maxBatchBytes,
      feed: {
        pause: () => this.#member.pause([place]),
        resume: () => this.#member.resume([place]),
        seek: (offset: number) => this.#member.seek(place, offset),
        clamp: (offset: number) => this.#ends.clamp(place, offset, isOurs),
      },
      onBatch: async (batch: Parameters<ConsumerHandlers['onBatch']>[0]) => this.#handlers?.onBatch(batch),
      onFailure: (error: unknown) => this.#fail(error),
    };
    return new KafkaReader(options, position);
  }

  #reader(place: TopicPartition): KafkaReader | undefined {
    return this.#readers.get(laneOf(place));
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(act).catch((error: unknown) => this.#fail(error));
    return this.#turn;
  }

  /** Stops at once and for good; the group hears of it, then its owner, after the last batch unless that hangs. */
  #fail(error: unknown): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    const failure = error instanceof Error ? error : new Error(String(error));
    this.#started.reject(failure);
    const farewell = Promise.all([this.#closeReaders(), this.#member.leave()]);
    this.#stopped = within(farewellMs, farewell).then(() => this.#handlers?.onFailure(failure));
  }

  async #closeReaders(): Promise<void> {
    const readers = [...this.#readers.values()];
    await Promise.all(readers.map((reader) => reader.close()));
    this.#readers.clear();
  }
}
