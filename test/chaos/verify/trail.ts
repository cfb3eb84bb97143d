import { createHash } from 'node:crypto';

type Bytes = Uint8Array | null;

/** The records of one partition of one output topic, in order, as hashes: memory is eight bytes per record. */
export class Trail {
  readonly #whole = createHash('sha256');
  readonly #records: number[] = [];

  get length(): number {
    return this.#records.length;
  }

  add(key: Bytes, value: Bytes): void {
    const hash = createHash('sha1').update(framed(key)).update(framed(value)).digest();
    this.#whole.update(hash);
    this.#records.push(hash.readUIntBE(0, 6));
  }

  digest(): string {
    return this.#whole.copy().digest('hex');
  }

  /** Number of the first record in which the two differ, or null when they are identical. */
  firstDifference(other: Trail): number | null {
    if (this.length === other.length && this.digest() === other.digest()) return null;
    const length = Math.max(this.length, other.length);
    for (let i = 0; i < length; i += 1) if (this.#records[i] !== other.#records[i]) return i;
    return length;
  }
}

/** Length first, so that no key and value can pass for another pair; null differs from empty. */
function framed(bytes: Bytes): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes?.length ?? -1);
  return bytes === null ? length : Buffer.concat([length, bytes]);
}

/** Trails by `topic/partition`. */
export class Trails {
  readonly #byPlace = new Map<string, Trail>();

  at(topic: string, partition: number): Trail {
    const place = `${topic}/${partition}`;
    const known = this.#byPlace.get(place);
    if (known !== undefined) return known;
    const trail = new Trail();
    this.#byPlace.set(place, trail);
    return trail;
  }

  get places(): readonly string[] {
    return [...this.#byPlace.keys()].sort();
  }

  get records(): number {
    return [...this.#byPlace.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** One sentence per partition that is not what it is expected to be. */
  differencesFrom(expected: Trails): readonly string[] {
    const places = new Set([...this.places, ...expected.places]);
    return [...places].sort().flatMap((place) => {
      const [topic = '', partition] = place.split('/');
      const [found, wanted] = [this.at(topic, Number(partition)), expected.at(topic, Number(partition))];
      const first = found.firstDifference(wanted);
      if (first === null) return [];
      return [`${place} differs at record ${first}; ${found.length} records instead of ${wanted.length}`];
    });
  }
}
