import { beforeEach, describe, expect, test } from 'vitest';
import { readSnapshot } from '../../../pipeline/snapshot/index.ts';
import { snapshotCodec } from '../../../schemas/avro/index.ts';
import type { SnapshotPiece } from '../../../schemas/snapshot.ts';
import { topics } from '../../../schemas/topics.ts';
import { AskedRegistry } from '../../support/asked-registry.ts';
import { laterVersionOf } from '../../support/later-version.ts';
import { type ShardBench, shardBench } from '../../support/shard-bench.ts';

const row = (key: string) => ({ table: 't', key, value: Buffer.from(key) });
const pieces: readonly SnapshotPiece[] = [
  { id: 's', number: 0, rows: [row('a')], offset: null },
  { id: 's', number: 1, rows: [row('b')], offset: 7 },
];

describe('readSnapshot', () => {
  let registry: AskedRegistry;
  let bench: ShardBench;
  beforeEach(async () => {
    registry = new AskedRegistry();
    bench = await shardBench({ registry });
  });
  const read = async (...values: readonly Uint8Array[]) => {
    const { broker, around } = bench;
    const records = values.map((value) => ({
      topic: topics.snapshots.name,
      partition: 1,
      key: Buffer.from('s'),
      value,
    }));
    await broker.producer().send(records);
    const place = { id: 's', partition: 1, first: 0, end: values.length };
    return readSnapshot(broker, around.decoders.snapshots, place);
  };
  const whole = { offset: 7, rows: [row('a'), row('b')] };
  const own = (piece: SnapshotPiece) => snapshotCodec.encodeFramed(bench.around.schemaIds.snapshots, piece);

  test('reads one of this version without asking the registry', async () => {
    expect(await read(...pieces.map(own))).toEqual(whole);
    expect(registry.asked).toEqual([]);
  });

  test('reads one of a later version, among pieces of ours', async () => {
    const { id, write } = await laterVersionOf(snapshotCodec, registry);
    const another = own({ id: 'another', number: 0, rows: [], offset: 1 });
    expect(await read(another, ...pieces.map(write))).toEqual(whole);
    expect(registry.asked).toEqual([id]);
  });

  test('names the record that it cannot read', async () => {
    await expect(read(Buffer.from('x'))).rejects.toMatchObject({
      code: 'broker.foreign-record',
      detail: expect.stringContaining('snapshots.v1/1 at offset 0'),
    });
  });
});
