import type { SeenTail } from '../events.ts';

/**
 * The id of a run's newest observation. It changes with each alert and is read twice in most lives of a run: as a text it would
 * be made, kept and collected for each alert, so it is copied as the bytes that it lies in.
 */
export interface NewestId {
  /** Room of the run's own, made when first needed, and larger when an id does not fit. */
  idBytes: Buffer;
  idFrom: number;
  idRoom: number;
  /** Bytes in use, one for each character; -1 when the id is the text. */
  idLength: number;
  idText: string;
}

/** Longer ones are kept as texts, which most runs need no room for. */
export const longestInBytes = 128;

const chunkBytes = 16_384;

/** What rooms are cut from, one behind the other: runs that begin together end together, and the collector takes it then. */
let chunk = Buffer.allocUnsafeSlow(chunkBytes);
let chunkEnd = 0;

/** A new run has none. */
export const noId: Readonly<NewestId> = {
  idBytes: Buffer.alloc(0),
  idFrom: 0,
  idRoom: 0,
  idLength: -1,
  idText: '',
};

export function keepId(kept: NewestId, tail: SeenTail): void {
  const lies = tail.idLies ?? null;
  if (lies === null || lies.to - lies.from > longestInBytes) {
    kept.idText = tail.id;
    kept.idLength = -1;
    return;
  }
  const { bytes, from, to } = lies;
  const length = to - from;
  if (length > kept.idRoom) makeRoom(kept, length);
  const { idBytes, idFrom } = kept;
  // Of so few bytes a loop is done before a call of `copy` has begun.
  for (let i = 0; i < length; i += 1) idBytes[idFrom + i] = bytes[from + i] ?? 0;
  if (kept.idLength < 0) kept.idText = '';
  kept.idLength = length;
}

/** As a text, whichever way it is kept. */
export function textOfId({ idBytes, idFrom, idLength, idText }: NewestId): string {
  return idLength < 0 ? idText : idBytes.toString('latin1', idFrom, idFrom + idLength);
}

/** In steps of eight bytes, since ids that count grow. */
function makeRoom(kept: NewestId, length: number): void {
  const room = (length + 7) & ~7;
  if (chunkEnd + room > chunkBytes) {
    chunk = Buffer.allocUnsafeSlow(chunkBytes);
    chunkEnd = 0;
  }
  kept.idBytes = chunk;
  kept.idFrom = chunkEnd;
  kept.idRoom = room;
  chunkEnd += room;
}
