import { randomUUID } from 'node:crypto';
import type { Broker, Consumer } from '../../pipeline/broker/index.ts';
import { readOutputs, type Seen } from '../../pipeline/replay/index.ts';

/** Everything that RELATE has said, as a consumer without any marks sees it. */
export class SeenOutputs {
  readonly seen: Seen[] = [];
  #reader: Consumer | null = null;
  #waiters = new Set<() => void>();

  async open(broker: Broker): Promise<void> {
    const value = (seen: Seen): void => {
      this.seen.push(seen);
      for (const wake of this.#waiters) wake();
      this.#waiters.clear();
    };
    const failure = (error: Error): void => {
      throw error;
    };
    const group = `test-${randomUUID()}`;
    this.#reader = await readOutputs(broker, ['enriched', 'decisions'], { value, failure }, { group });
  }

  async until(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise<void>((resolve) => this.#waiters.add(resolve));
  }

  /** What was seen so far counts no more. */
  forget(): void {
    this.seen.length = 0;
  }

  /** Alerts that have an outcome. */
  get accounted(): number {
    return this.seen.reduce((sum, { topic, value }) => sum + (topic === 'decisions' ? value.count : 0), 0);
  }

  /** Names by how often they were told as new. */
  get firsts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { topic, value } of this.seen) {
      if (topic === 'enriched' && value.emitReason === 'first')
        counts[value.name] = (counts[value.name] ?? 0) + 1;
    }
    return counts;
  }

  /** Places that were said more than once. */
  get repeated(): readonly string[] {
    const places = this.seen.map(({ topic, value: { origin } }) => `${topic} ${JSON.stringify(origin)}`);
    return places.filter((place, index) => places.indexOf(place) !== index);
  }

  close(): Promise<void> | undefined {
    return this.#reader?.stop();
  }
}
