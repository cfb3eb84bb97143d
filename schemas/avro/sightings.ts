import type { EventTimeMs } from '../brand.ts';
import type { Values } from '../reduced.ts';
import { addValue, type OpenSketch, sketchOf } from '../sketch.ts';
import { type OpenValues, observeValue } from '../values.ts';
import { type Tap, writeLong } from './tap.ts';

const minuteMs = 60_000;

/** Which branch of an optional field is written. */
const absent = 0;
const present = 1;

/**
 * Observations in the order of their times, no two at one time, none with an end of its own. What a partial says of them (segments,
 * minutes, values) is written as it lies, without the fifty objects that it is made of.
 */
export class Sightings {
  readonly #start: EventTimeMs;
  readonly #numbers: readonly number[];
  /** So many of the numbers are meant, whatever comes behind them. */
  readonly #length: number;
  readonly #count: number;

  private constructor(start: EventTimeMs, numbers: readonly number[], count: number) {
    this.#start = start;
    this.#numbers = numbers;
    this.#length = numbers.length;
    this.#count = count;
  }

  /**
   * Of an observation without a value, `numbers` has its distance from `start` in milliseconds, of one with a value -1 less that
   * distance, and the value, which is finite. More may be put behind them later. Null when they are out of order, or more than `most`,
   * or none.
   */
  static of(start: EventTimeMs, numbers: readonly number[], most: number): Sightings | null {
    let newest = -1;
    let count = 0;
    for (let i = 0; i < numbers.length; i += 1) {
      // The loop keeps within the list.
      const first = numbers[i] as number;
      const distance = first < 0 ? -1 - first : first;
      if (distance <= newest) return null;
      newest = distance;
      count += 1;
      if (first < 0) i += 1;
    }
    return count === 0 || count > most ? null : new Sightings(start, numbers, count);
  }

  /** What it was made from, as it was then. */
  numbers(): number[] {
    return this.#numbers.slice(0, this.#length);
  }

  write(tap: Tap): void {
    const all = this.#writeSegments(tap);
    this.#writeMinutes(tap);
    writeValues(tap, all);
  }

  /** Each has its own. Returns what their values are together. */
  #writeSegments(tap: Tap): Values | null {
    let all: OpenValues | null = null;
    writeLong(tap, this.#count);
    for (let i = 0; i < this.#length; i += 1) {
      const value = this.#valueAt(i);
      const t = this.#timeAt(i);
      writeLong(tap, t);
      writeLong(tap, t);
      writeLong(tap, absent);
      writeLong(tap, 1);
      if (value === null) writeLong(tap, absent);
      else {
        writeOneValue(tap, value, t);
        all = observeValue(all, value, t);
        i += 1;
      }
    }
    writeLong(tap, 0);
    return all;
  }

  #writeMinutes(tap: Tap): void {
    writeLong(tap, this.#minutes());
    for (let i = 0; i < this.#length; ) i = this.#writeMinute(tap, i);
    writeLong(tap, 0);
  }

  #minutes(): number {
    let minutes = 0;
    let newest = -1;
    for (let i = 0; i < this.#length; i += 1) {
      const minute = Math.floor(this.#timeAt(i) / minuteMs);
      if (minute !== newest) minutes += 1;
      newest = minute;
      if (this.#valueAt(i) !== null) i += 1;
    }
    return minutes;
  }

  /** Writes the minute that begins with the number `from`; returns where the next one begins. */
  #writeMinute(tap: Tap, from: number): number {
    const minute = Math.floor(this.#timeAt(from) / minuteMs) * minuteMs;
    let values: OpenValues | null = null;
    let sketch: OpenSketch | null = null;
    let count = 0;
    let i = from;
    for (; i < this.#length; i += 1) {
      const t = this.#timeAt(i);
      if (t >= minute + minuteMs) break;
      count += 1;
      const value = this.#valueAt(i);
      if (value === null) continue;
      i += 1;
      values = observeValue(values, value, t);
      if (sketch === null) sketch = sketchOf(value);
      else addValue(sketch, value);
    }
    writeLong(tap, minute);
    writeLong(tap, count);
    writeValues(tap, values);
    writeSketch(tap, sketch);
    return i;
  }

  #timeAt(i: number): EventTimeMs {
    const first = this.#numbers[i] ?? 0;
    return this.#start + (first < 0 ? -1 - first : first);
  }

  #valueAt(i: number): number | null {
    return (this.#numbers[i] ?? 0) < 0 ? (this.#numbers[i + 1] ?? 0) : null;
  }
}

function writeOneValue(tap: Tap, value: number, t: EventTimeMs): void {
  writeLong(tap, present);
  writeLong(tap, 1);
  for (let times = 0; times < 4; times += 1) tap.writeDouble(value);
  writeLong(tap, t);
}

function writeValues(tap: Tap, values: Values | null): void {
  if (values === null) {
    writeLong(tap, absent);
    return;
  }
  writeLong(tap, present);
  writeLong(tap, values.count);
  tap.writeDouble(values.sum);
  tap.writeDouble(values.min);
  tap.writeDouble(values.max);
  tap.writeDouble(values.last);
  writeLong(tap, values.lastAt);
}

function writeSketch(tap: Tap, sketch: OpenSketch | null): void {
  if (sketch === null) {
    writeLong(tap, absent);
    return;
  }
  writeLong(tap, present);
  writeLongs(tap, sketch.keys);
  writeLongs(tap, sketch.counts);
}

function writeLongs(tap: Tap, longs: readonly number[]): void {
  writeLong(tap, longs.length);
  for (const long of longs) writeLong(tap, long);
  writeLong(tap, 0);
}
