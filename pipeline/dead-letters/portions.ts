import type { ChosenRecord } from './choose.ts';

export interface Portion {
  readonly records: number;
  readonly bytes: number;
}

/** Portions of bounded size, in order; one record is always taken. */
export function* portionsOf(
  records: readonly ChosenRecord[],
  most: Portion,
): Generator<readonly ChosenRecord[]> {
  let portion: ChosenRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const isFull = portion.length === most.records || bytes + record.bytes > most.bytes;
    if (isFull && portion.length > 0) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(record);
    bytes += record.bytes;
  }
  if (portion.length > 0) yield portion;
}
