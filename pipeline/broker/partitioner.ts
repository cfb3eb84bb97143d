/** The partition Kafka's clients choose for a key: murmur2 (seed 0x9747b28c) over its bytes, sign bit cleared. */
export function partitionOf(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

const multiplier = 0x5bd1e995;

/** As in org.apache.kafka.common.utils.Utils.murmur2, which is where kafkajs and librdkafka took it from. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  let hash = 0x9747b28c ^ length;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    let word =
      byte(bytes, i) | (byte(bytes, i + 1) << 8) | (byte(bytes, i + 2) << 16) | (byte(bytes, i + 3) << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = length - whole;
  if (rest === 3) hash ^= byte(bytes, whole + 2) << 16;
  if (rest >= 2) hash ^= byte(bytes, whole + 1) << 8;
  if (rest >= 1) hash = Math.imul(hash ^ byte(bytes, whole), multiplier);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}

function byte(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}
