/** Said of bytes that are no record, or hold what a column cannot; a decoder knows what to say of them. */
export class NotReadable extends Error {}

const none = Buffer.alloc(0);

/** Walks through the Avro of a record, field by field. Every read throws `NotReadable` behind the end. */
export class RecordCursor {
  bytes: Buffer = none;
  at = 0;

  /** Lets go of the record. */
  end(): void {
    this.begin(none, 0);
  }

  /** Stands before the record that begins there and ends with the bytes. */
  begin(bytes: Buffer, at: number): void {
    this.bytes = bytes;
    this.at = at;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  readLong(): number {
    const sign = (this.bytes[this.at] ?? 0) & 1;
    let natural = 0;
    let byte = 0x80;
    for (let scale = 1; byte >= 0x80; scale *= 0x80) {
      byte = this.bytes[this.at++] ?? 0;
      natural += (byte & 0x7f) * scale;
    }
    // Behind the end, or a number that the decoder refuses, too; so many bytes may stand for one that there is no number.
    if (this.at > this.bytes.length || !(natural <= 2 * Number.MAX_SAFE_INTEGER)) throw new NotReadable();
    return sign === 0 ? natural / 2 : -(natural + 1) / 2;
  }

  /** How many bytes of text come next, all of them there. */
  readLength(): number {
    const length = this.readLong();
    if (length < 0 || length > this.bytes.length - this.at) throw new NotReadable();
    return length;
  }

  /** How many items of a list or map come next; 0 at its end. Blocks that say their size, too, are not of our writing. */
  readItems(): number {
    return this.readLength();
  }

  readReal(): number {
    const start = this.at;
    this.at += 8;
    if (this.at > this.bytes.length) throw new NotReadable();
    return this.bytes.readDoubleLE(start);
  }

  readBoolean(): boolean {
    if (this.at >= this.bytes.length) throw new NotReadable();
    return this.bytes[this.at++] !== 0;
  }

  /** Whether a field that may be null is there. */
  readPresence(): boolean {
    const branch = this.readLong();
    if (branch !== 0 && branch !== 1) throw new NotReadable();
    return branch === 1;
  }
}
