/** Reads blocks of ClickHouse's Native format back, without the code that writes them. Times are milliseconds. */
export function readBlocks(bytes: Buffer): Record<string, unknown>[] {
  const from = new Bytes(bytes);
  const rows: Record<string, unknown>[] = [];
  while (!from.isAtEnd) rows.push(...readBlock(from));
  return rows;
}

/** Types by column, of the first block. */
export function typesOf(bytes: Buffer): ReadonlyMap<string, string> {
  const from = new Bytes(bytes);
  const types = new Map<string, string>();
  const columns = from.varint();
  const rows = from.varint();
  for (let i = 0; i < columns; i += 1) {
    const name = from.text();
    const type = from.text();
    readCells(from, type, rows);
    types.set(name, type);
  }
  return types;
}

function readBlock(from: Bytes): Record<string, unknown>[] {
  const columns = from.varint();
  const rows: Record<string, unknown>[] = Array.from({ length: from.varint() }, () => ({}));
  for (let i = 0; i < columns; i += 1) {
    const name = from.text();
    for (const [row, cell] of readCells(from, from.text(), rows.length).entries())
      Object.assign(rows[row] ?? {}, { [name]: cell });
  }
  return rows;
}

function readCells(from: Bytes, type: string, cells: number): unknown[] {
  const many = <T>(read: () => T) => Array.from({ length: cells }, read);
  const listing = /^(Array|Map)\((\w+)(?:, (\w+))?\)$/.exec(type);
  if (listing !== null) return readListing(from, cells, listing);
  switch (type) {
    case 'UInt64':
    case "DateTime64(3, 'UTC')":
      return many(() => from.long());
    case 'UInt32':
      return many(() => from.take(4).readUInt32LE());
    case 'Int32':
      return many(() => from.take(4).readInt32LE());
    case 'Float64':
      return many(() => from.take(8).readDoubleLE());
    case 'Bool':
      return many(() => from.take(1).readUInt8() === 1);
    case 'String':
      return many(() => from.text());
    case 'LowCardinality(String)':
      return readWords(from, cells);
    default:
      throw new Error(`${type}: not read here`);
  }
}

function readListing(from: Bytes, cells: number, [, kind, first = '', second = '']: RegExpExecArray) {
  const ends = Array.from({ length: cells }, () => from.long());
  const items = ends.at(-1) ?? 0;
  const keys = readCells(from, first, items);
  const values = kind === 'Map' ? readCells(from, second, items) : [];
  return ends.map((end, row) => {
    const start = ends[row - 1] ?? 0;
    if (kind === 'Array') return keys.slice(start, end);
    return Object.fromEntries(keys.slice(start, end).map((key, i) => [key, values[start + i]]));
  });
}

function readWords(from: Bytes, cells: number): unknown[] {
  const [version, form] = [from.long(), from.long()];
  if (version !== 1 || form !== 0x600) throw new Error(`version ${version}, form ${form}`);
  const words = Array.from({ length: from.long() }, () => from.text());
  if (from.long() !== cells) throw new Error('another number of cells');
  return Array.from({ length: cells }, () => words[from.take(1).readUInt8()]);
}

class Bytes {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(bytes: number): Buffer {
    const start = this.#at;
    this.#at += bytes;
    if (this.#at > this.#bytes.length) throw new Error('the block ends early');
    return this.#bytes.subarray(start, this.#at);
  }

  long(): number {
    return Number(this.take(8).readBigUInt64LE());
  }

  varint(): number {
    let number = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.take(1).readUInt8();
      number += (byte & 127) * scale;
      if (byte < 128) return number;
    }
  }

  text(): string {
    return this.take(this.varint()).toString();
  }
}
