import { KafkaBroker } from '../../pipeline/broker/index.ts';
import { readTopics } from '../../pipeline/replay/index.ts';
import { warehouseGroup } from '../../pipeline/warehouse/index.ts';
import { topics } from '../../schemas/topics.ts';
import { type BenchGround, partitions } from '../pipeline/ground.ts';

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
        const { high } = await admin.watermarks(place);
        return { high, stored: (await admin.committed(warehouseGroup, place))?.offset ?? 0 };
      }),
    );
    const stored = of.reduce((sum, one) => sum + one.stored, 0);
    return { stored, left: of.reduce((sum, one) => sum + one.high, 0) - stored };
  }

  close(): Promise<void> {
    return this.#broker.close();
  }
}
