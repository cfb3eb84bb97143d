const firstCapacity = 1_024;

type Numbers = Uint32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** A growing list of numbers of one kind: 4 or 8 bytes each, where an array of objects takes a hundred. */
export class Column {
  readonly #make: (length: number) => Numbers;
  #values: Numbers;
  #length = 0;

  private constructor(make: (length: number) => Numbers) {
    this.#make = make;
    this.#values = make(firstCapacity);
  }

  /** Whole numbers from 0 to 2^32 − 1. */
  static ofCounts(): Column {
    return new Column((length) => new Uint32Array(length));
  }

  static ofTimes(): Column {
    return new Column((length) => new Float64Array(length));
  }

  get length(): number {
    return this.#length;
  }

  /** 0 beyond the end. */
  at(index: number): number {
    return this.#values[index] ?? 0;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow();
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  /** By half: as few copies as matter, and at most a third of the memory unused. */
  #grow(): void {
    const wider = this.#make(Math.ceil(this.#values.length * 1.5));
    wider.set(this.#values);
    this.#values = wider;
  }
}
