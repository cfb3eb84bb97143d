import { KafkaBroker } from '../../pipeline/broker/index.ts';
import { readTopics } from '../../pipeline/replay/index.ts';
import { warehouseGroup } from '../../pipeline/warehouse/index.ts';
import { topics } from '../../schemas/topics.ts';
import { type BenchGround, partitions } from '../pipeline/ground.ts';

/** Where one partition ends, and up to where the group has committed. */
export interface Covered {
  readonly high: number;
  readonly stored: number;
}

/** Records that commits lack, or are beyond what was written: 0 only where each partition is stored to its end, and no further. */
export function leftOf(of: readonly Covered[]): number {
  return of.reduce((sum, { high, stored }) => sum + Math.abs(high - stored), 0);
}

/** Follows how many records the warehouse graph of a run has stored, by what its group has committed. */
export class StoredWatch {
  readonly #broker: KafkaBroker;

  constructor(bench: BenchGround, run: string) {
    this.#broker = new KafkaBroker({ brokers: bench.brokers, clientId: 'bench-sink', groupPrefix: run });
  }

  async look(): Promise<{ readonly stored: number; readonly left: number }> {
    const { admin } = this.#broker;
    const places = readTopics.flatMap((topic) =>
      Array.from({ length: partitions.reducedPartitions }, (_, partition) => ({
        topic: topics[topic].name,
        partition,
      })),
    );
    const of = await Promise.all(
      places.map(async (place) => {
        // In this order: an end that was read before may lie behind a commit while the writer goes on.
        const stored = (await admin.committed(warehouseGroup, place))?.offset ?? 0;
        return { stored, high: (await admin.watermarks(place)).high };
      }),
    );
    return { stored: of.reduce((sum, one) => sum + one.stored, 0), left: leftOf(of) };
  }

  close(): Promise<void> {
    return this.#broker.close();
  }
}
