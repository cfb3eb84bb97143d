import { TocsinError } from '../../schemas/errors.ts';
import type { CommittedOffset, OffsetCommit } from './broker.ts';
import type { PartitionLog } from './partition-log.ts';
import type { TopicCatalog } from './topic-catalog.ts';

/** Kafka's default offset.metadata.max.bytes. */
const maxMetadataBytes = 4_096;

/** An offset commit that was checked and found its log. */
export interface PlacedCommit extends CommittedOffset {
  readonly log: PartitionLog;
}

/** Throws `broker.metadata-too-large`. Counted in bytes, as documented; Kafka itself counts characters. */
export function assertMetadataFits({ topic, partition, metadata }: OffsetCommit): void {
  const bytes = Buffer.byteLength(metadata);
  if (bytes <= maxMetadataBytes) return;
  throw new TocsinError('broker.metadata-too-large', `${bytes} bytes for ${topic}, partition ${partition}`);
}

/** Checks a commit as a whole. Throws `broker.unknown-topic` or `broker.metadata-too-large`. */
export function placeCommits(catalog: TopicCatalog, commits: readonly OffsetCommit[]): PlacedCommit[] {
  return commits.map((commit) => {
    assertMetadataFits(commit);
    return { log: catalog.log(commit), offset: commit.offset, metadata: commit.metadata };
  });
}

/** Where a group stands: what it committed, and how far it has handled what it was handed. */
export class GroupOffsets {
  readonly #committed = new Map<PartitionLog, CommittedOffset>();
  readonly #positions = new Map<PartitionLog, number>();

  committed(log: PartitionLog): CommittedOffset | null {
    return this.#committed.get(log) ?? null;
  }

  /** All of the commits or none: they were checked before. */
  commit(commits: readonly PlacedCommit[]): void {
    for (const { log, offset, metadata } of commits) this.#committed.set(log, { offset, metadata });
  }

  /** Next offset the group has not finished handling, or undefined before its first batch. */
  position(log: PartitionLog): number | undefined {
    return this.#positions.get(log);
  }

  moveTo(log: PartitionLog, position: number): void {
    this.#positions.set(log, position);
  }
}
