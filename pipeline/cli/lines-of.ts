const newline = 10;
const space = 32;

/**
 * The lines of a stream that hold more than white space, as bytes and without their line ends. Of a line above `maxBytes`
 * one byte more than that is kept: enough to see that it is too long.
 */
export async function* linesOf(
  stream: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  const line = new Line(maxBytes + 1);
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    let start = 0;
    for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
      line.add(bytes.subarray(start, end));
      const whole = line.take();
      if (!isBlank(whole)) yield whole;
      start = end + 1;
    }
    line.add(bytes.subarray(start));
  }
  const last = line.take();
  if (!isBlank(last)) yield last;
}

/** Parts of a line until its end comes. */
class Line {
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  add(part: Buffer): void {
    const kept = part.subarray(0, this.#maxBytes - this.#bytes);
    if (kept.length > 0) this.#parts.push(kept);
    this.#bytes += kept.length;
  }

  take(): Buffer {
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    return whole;
  }
}

const isBlank = (line: Buffer): boolean => line.every((byte) => byte <= space);
