import { describe, expect, test } from 'vitest';
import { murmur2, partitionOf } from '../../../pipeline/broker/partitioner.ts';

describe('partitioner', () => {
  // The values of org.apache.kafka.common.utils.UtilsTest#testMurmur2.
  test.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('%s hashes as Kafka hashes it', (key, hash) => {
    expect(murmur2(Buffer.from(key))).toBe(hash);
  });

  test('a negative hash still gives a partition, with the sign bit cleared and not negated', () => {
    expect(partitionOf(Buffer.from('21'), 7)).toBe((-973932308 & 0x7fffffff) % 7);
  });
});
