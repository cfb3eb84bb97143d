import { type CodedTopic, codecs, snapshotCodec } from '../../schemas/avro/index.ts';
import type { SnapshotPiece } from '../../schemas/snapshot.ts';
import { topics } from '../../schemas/topics.ts';
import { OwnDecoder, type Registry } from '../registry/index.ts';
import type { Clock } from '../time/index.ts';
import type { SchemaIds } from './outbox.ts';

type OwnTopic = Exclude<CodedTopic, 'raw'>;

/** A decoder for each topic that Tocsin reads and writes itself. */
export type OwnDecoders = {
  readonly [K in OwnTopic]: OwnDecoder<ReturnType<(typeof codecs)[K]['decode']>>;
} & { readonly snapshots: OwnDecoder<SnapshotPiece> };

export interface OwnDecodersOptions {
  readonly registry: Registry;
  readonly schemaIds: SchemaIds;
  readonly clock: Clock;
}

export function ownDecoders({ registry, schemaIds, clock }: OwnDecodersOptions): OwnDecoders {
  const { raw: _, ...own } = codecs;
  const all = Object.entries({ ...own, snapshots: snapshotCodec }).map(([name, codec]) => {
    // The entries are those of the type: each codec under its topic, which has an id.
    const id = name as keyof OwnDecoders;
    const options = { topic: topics[id].name, ownId: schemaIds[id], registry, clock };
    return [id, new OwnDecoder<unknown>({ ...options, codec })];
  });
  return Object.fromEntries(all) as OwnDecoders;
}
