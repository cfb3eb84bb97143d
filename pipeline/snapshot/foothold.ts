import type { EventTimeMs } from '../../schemas/brand.ts';

/** Where in `snapshots.v1` the pieces of a snapshot lie: in offsets [first, end) of its shard's partition. */
export interface SnapshotPlace {
  readonly id: string;
  readonly first: number;
  readonly end: number;
}

/**
 * What a shard is rebuilt from when its stored state is lost: a replay of its input that begins at `from`, with the state
 * of a snapshot, or with none.
 */
export interface Foothold {
  readonly from: number;
  readonly snapshot: SnapshotPlace | null;
  /**
   * Without a snapshot: the shard's clock, which the replay begins with. What was over by it has been said and forgotten;
   * a replay with a clock of its own would take a record from `from` on for the first of what is over. 0 for not known.
   */
  readonly at: EventTimeMs;
}

/** As text of a few hundred bytes: the metadata of the group's offset, where Kafka keeps it together with the offset. */
export function encodeFoothold({ from, snapshot, at }: Foothold): string {
  return JSON.stringify({ v: 1, from, snapshot, at });
}

/** Null for metadata that is not ours, as after a reset of the group by hand. */
export function parseFoothold(metadata: string): Foothold | null {
  const parsed = parseJson(metadata);
  if (!hasVersion(parsed) || !isOffset(parsed.from)) return null;
  const { from, snapshot } = parsed;
  // Offsets that were committed by the first versions name no clock.
  const at = isOffset(parsed.at) ? parsed.at : 0;
  if (snapshot === null) return { from, snapshot, at };
  return isPlace(snapshot) ? { from, snapshot, at } : null;
}

/** A snapshot's place as the text that a checkpoint keeps; '' for none. */
export function encodePlace(place: SnapshotPlace | null): string {
  return place === null ? '' : JSON.stringify(place);
}

/** Null for '', and for text that is not a place. */
export function parsePlace(text: string): SnapshotPlace | null {
  const parsed = parseJson(text);
  return isPlace(parsed) ? parsed : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function hasVersion(value: unknown): value is Readonly<Record<keyof Foothold, unknown>> {
  return typeof value === 'object' && value !== null && Object(value).v === 1 && 'snapshot' in value;
}

function isPlace(value: unknown): value is SnapshotPlace {
  if (typeof value !== 'object' || value === null) return false;
  const { id, first, end } = Object(value);
  return typeof id === 'string' && isOffset(first) && isOffset(end);
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
