export {
  encodeFoothold,
  encodePlace,
  type Foothold,
  parseFoothold,
  parsePlace,
  type SnapshotPlace,
} from './foothold.ts';
export { readSnapshot, type Snapshot } from './read-snapshot.ts';
export { SnapshotWriter } from './snapshot-writer.ts';
