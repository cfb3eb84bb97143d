const perLine = 16;

/** Offset, 16 bytes in hexadecimal, and those that are letters, a line each: as `hexdump -C` prints them. */
export function hexDump(bytes: Uint8Array): string {
  const lines = Math.ceil(bytes.length / perLine);
  return Array.from({ length: lines }, (_, line) => lineOf(bytes, line * perLine)).join('');
}

function lineOf(bytes: Uint8Array, start: number): string {
  const part = [...bytes.subarray(start, start + perLine)];
  const hex = part.map((byte) => byte.toString(16).padStart(2, '0'));
  const halves = [hex.slice(0, 8).join(' '), hex.slice(8).join(' ')].join('  ');
  const letters = part.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  return `${start.toString(16).padStart(8, '0')}  ${halves.padEnd(3 * perLine + 1)} |${letters}|\n`;
}
