export type { Codec } from './codec.ts';
export { codecOf } from './codec.ts';
export type { CodedTopic } from './codecs.ts';
export { codecs, snapshotCodec } from './codecs.ts';
export { PackedCounts, packCounts } from './packed-counts.ts';
export { PackedHead, packed } from './packed-head.ts';
export { PackedSubject, packSubject } from './packed-subject.ts';
export type { Prepacked } from './prepacked-types.ts';
export { RawWire } from './raw-wire.ts';
