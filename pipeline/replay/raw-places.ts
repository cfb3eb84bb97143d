/*
 * The driver puts the records of an input into the raw partitions in turn. Nothing else writes there, so the place in the
 * log tells which record it was.
 */

export function partitionOf(index: number, partitions: number): number {
  return index % partitions;
}

/** The index in the input of the record at an offset of a raw partition. */
export function indexOf(partition: number, offset: number, partitions: number): number {
  return offset * partitions + partition;
}
