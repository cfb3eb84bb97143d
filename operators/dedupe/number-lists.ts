/** A list of numbers whose place is in the memory of `NumberLists`: two small numbers and its length, in whoever has it. */
export interface NumberList {
  listAt: number;
  /** How many numbers there is room for there; none, or a power of two. */
  listRoom: number;
  listLength: number;
}

/** What a list is before it has any number. */
export const noNumbers: Readonly<NumberList> = { listAt: 0, listRoom: 0, listLength: 0 };

const chunkBits = 10;
const chunkNumbers = 1 << chunkBits;

const leastRoom = 4;

/** No list may have room for more. */
export const longestList = chunkNumbers;

/**
 * Memory of many short lists of numbers that grow a little at a time and end together: an array of each would be two objects for the
 * collector to move and to mark, anew whenever it grows, and to wait for whenever one is added to. Lists that have grown leave their
 * room to others; all of it goes with this object.
 */
export class NumberLists {
  readonly #chunks: Float64Array[] = [];
  #end = 0;
  /** Rooms that were left, by their size: 4, 8, 16 and so on. */
  readonly #left: number[][] = [];

  push(list: NumberList, number: number): void {
    const length = list.listLength;
    if (length === list.listRoom) this.#grow(list);
    const at = list.listAt + length;
    this.#chunkOf(at)[at & (chunkNumbers - 1)] = number;
    list.listLength = length + 1;
  }

  /** What is in a list. */
  numbers({ listAt, listLength }: NumberList): number[] {
    const chunk = this.#chunkOf(listAt);
    const from = listAt & (chunkNumbers - 1);
    // With room for all of them: it is not grown, and thrown away, on the way.
    const numbers = new Array<number>(listLength);
    // The list lies within its chunk.
    for (let i = 0; i < listLength; i += 1) numbers[i] = chunk[from + i] as number;
    return numbers;
  }

  /** Nothing is in the list any more, and its room is left to others. */
  clear(list: NumberList): void {
    this.#leave(list);
    Object.assign(list, noNumbers);
  }

  #grow(list: NumberList): void {
    const room = Math.max(leastRoom, 2 * list.listRoom);
    if (room > longestList) throw new RangeError(`a list of more than ${longestList} numbers`);
    const at = this.#take(room);
    const to = this.#chunkOf(at);
    const from = this.#chunkOf(list.listAt);
    const shift = (list.listAt & (chunkNumbers - 1)) - (at & (chunkNumbers - 1));
    const start = at & (chunkNumbers - 1);
    for (let i = start; i < start + list.listLength; i += 1) to[i] = from[i + shift] as number;
    this.#leave(list);
    list.listAt = at;
    list.listRoom = room;
  }

  /** A room that somebody left, or else behind all others, within one chunk. */
  #take(room: number): number {
    const left = this.#left[sizeOf(room)]?.pop();
    if (left !== undefined) return left;
    if (
      (this.#end & (chunkNumbers - 1)) + room > chunkNumbers ||
      this.#end === this.#chunks.length << chunkBits
    ) {
      this.#end = this.#chunks.length << chunkBits;
      this.#chunks.push(new Float64Array(chunkNumbers));
    }
    const at = this.#end;
    this.#end += room;
    return at;
  }

  #leave({ listAt, listRoom }: NumberList): void {
    if (listRoom === 0) return;
    const size = sizeOf(listRoom);
    for (let known = this.#left.length; known <= size; known += 1) this.#left.push([]);
    this.#left[size]?.push(listAt);
  }

  #chunkOf(at: number): Float64Array {
    return this.#chunks[at >>> chunkBits] ?? nothing;
  }
}

const nothing = new Float64Array(0);

/** 0 for the least room, and one more for each that is twice as large. */
function sizeOf(room: number): number {
  return 31 - Math.clz32(room / leastRoom);
}
