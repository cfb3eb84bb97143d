import { topics } from '../../schemas/topics.ts';
import type { Broker, ProduceRecord, Producer } from '../broker/index.ts';
import { type ChoiceOf, type ChosenRecord, chooseRecords } from './choose.ts';
import { deskId } from './letters.ts';
import { markOf } from './marks.ts';
import type { OpenLetters } from './open-letters.ts';
import { originalsOf } from './originals.ts';
import { portionsOf } from './portions.ts';

export interface HandlingOptions extends ChoiceOf {
  /** Told after each transaction. */
  readonly onDone?: (records: number, of: number) => void;
  /** Ends it early, between two transactions. */
  readonly signal?: AbortSignal;
}

export interface Handled {
  readonly records: number;
  readonly letters: number;
  /** Records that were chosen. */
  readonly of: number;
}

/** One transaction holds at most so much. */
const perTransaction = { records: 500, bytes: 1_048_576 };
/** So much is held in memory at once. */
const perReading = { records: 100_000, bytes: 33_554_432 };

/**
 * Retries or drops dead letters, each once, however often this is repeated after it died half-way: records, marks and the
 * group's offset become visible in one transaction, or not at all. The marks are read after older producers of the
 * transactional id were fenced, so what another run still does is either seen or never happens.
 */
export async function handleLetters(broker: Broker, options: HandlingOptions): Promise<Handled> {
  const producer = broker.producer({ transactionalId: deskId });
  try {
    await (await producer.begin()).abort();
    const { records, open } = await chooseRecords(broker, options);
    const clerk = new Clerk(producer, options, open);
    for (const group of portionsOf(records, perReading)) {
      const originals = options.handling === 'retried' ? await originalsOf(broker, group) : null;
      // What retention took meanwhile cannot be sent, so it is not marked either.
      const there = group.filter(({ offset }) => originals?.has(offset) ?? true);
      for (const portion of portionsOf(there, perTransaction)) {
        if (options.signal?.aborted) return clerk.handled(records.length);
        await clerk.handle(
          portion,
          portion.flatMap(({ offset }) => originals?.get(offset) ?? []),
        );
        options.onDone?.(clerk.records, records.length);
      }
    }
    return clerk.handled(records.length);
  } finally {
    await producer.close();
  }
}

/** Sends and marks, one transaction at a time. */
class Clerk {
  records = 0;
  #letters = 0;
  readonly #producer: Producer;
  readonly #options: HandlingOptions;
  readonly #open: OpenLetters;

  constructor(producer: Producer, options: HandlingOptions, open: OpenLetters) {
    this.#producer = producer;
    this.#options = options;
    this.#open = open;
  }

  async handle(portion: readonly ChosenRecord[], again: readonly ProduceRecord[]): Promise<void> {
    const { handling } = this.#options;
    const letters = portion.flatMap((record) => record.letters);
    this.#open.handled(letters);
    const transaction = await this.#producer.begin();
    await transaction.send([...again, ...letters.map(({ name }) => markOf(name, handling))]);
    const place = { topic: topics.deadLetters.name, partition: 0 };
    await transaction.sendOffsets(deskId, [{ ...place, offset: this.#open.lowest, metadata: '' }]);
    await transaction.commit();
    this.records += portion.length;
    this.#letters += letters.length;
  }

  handled(of: number): Handled {
    return { records: this.records, letters: this.#letters, of };
  }
}
