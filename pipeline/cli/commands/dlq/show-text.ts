import { isUtf8 } from 'node:buffer';
import { topics } from '../../../../schemas/topics.ts';
import { type FoundLetter, originalHeaders, placeText } from '../../../dead-letters/index.ts';
import { table } from '../../print.ts';
import { hexDump } from './hex-dump.ts';

/** So much of a value is shown; `-o json` has all of it. */
const shownBytes = 4_096;

export function letterText({ letter, state, record }: FoundLetter): string {
  const rows = [
    ['dead letter', placeText({ topic: topics.deadLetters.name, partition: 0, offset: letter.offset })],
    ['record', `${placeText(letter.source)}, alert ${letter.alert}`],
    ['time', new Date(letter.timestamp).toISOString()],
    ['state', state],
    ['code', letter.code],
    ['message', letter.message],
    ['key', record.key === null ? 'none' : shortText(record.key)],
    // Those that were added say what stands above.
    ...Object.entries(originalHeaders(record)).map(([name, bytes]) => [`header ${name}`, shortText(bytes)]),
  ];
  return `${table([{ title: '' }, { title: '' }], rows)}\n${valueText(record.value)}`;
}

export function letterJson({ letter, state, record }: FoundLetter): object {
  const { offset, source, code, message, alert, timestamp } = letter;
  const headers = Object.entries(record.headers).map(([name, bytes]) => [
    name,
    Buffer.from(bytes).toString(),
  ]);
  return {
    ...{ offset, source, alert, timestamp, state, code, message },
    ...{ headers: Object.fromEntries(headers), key: base64(record.key), value: base64(record.value) },
  };
}

function base64(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('base64');
}

/** Text as it is where it is text, else the bytes. */
function valueText(value: Uint8Array | null): string {
  if (value === null) return 'no value\n';
  const shown = value.subarray(0, shownBytes);
  const more = value.length > shownBytes ? `… and ${value.length - shownBytes} bytes more: -o json\n` : '';
  const text = isPrintable(shown) ? `${Buffer.from(shown)}\n` : hexDump(shown);
  return `value, ${value.length} bytes:\n${text}${more}`;
}

function shortText(bytes: Uint8Array): string {
  return isPrintable(bytes) ? Buffer.from(bytes).toString() : `0x${Buffer.from(bytes).toString('hex')}`;
}

/** UTF-8 without what a terminal would obey; line breaks and tabs are text. A character cut at the end is not held against it. */
function isPrintable(bytes: Uint8Array): boolean {
  const isText = [0, 1, 2, 3].some((cut) => isUtf8(bytes.subarray(0, Math.max(0, bytes.length - cut))));
  return (
    isText && !bytes.some((byte) => (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte === 127)
  );
}
