import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linesOf } from '../../../pipeline/cli/lines-of.ts';

const maxBytes = 8;

async function linesIn(chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(streamOf(chunks), maxBytes)) lines.push(line.toString('latin1'));
  return lines;
}

async function* streamOf(chunks: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* chunks;
}

describe('linesOf', () => {
  test.each<[string, (string | Uint8Array)[], string[]]>([
    ['one line per line end', ['a\nb\n'], ['a', 'b']],
    ['a last line without an end', ['a\nb'], ['a', 'b']],
    ['nothing of nothing', [], []],
    ['no blank lines', ['\n \t\r\n\na\n  '], ['a']],
    ['lines that come in pieces', ['a', 'b\nc', '', 'd\n'], ['ab', 'cd']],
    ['bytes as they are', [new Uint8Array([0xff, 0x0a, 0x61])], ['\u00ff', 'a']],
    ['a line of the greatest length', ['12345678\n'], ['12345678']],
    ['one byte too many of a line that is longer', ['1234567890\nab\n'], ['123456789', 'ab']],
    ['one byte too many, also in pieces', ['12345', '67890', '12345\nab'], ['123456789', 'ab']],
  ])('gives %s', async (_name, chunks, lines) => {
    expect(await linesIn(chunks)).toEqual(lines);
  });

  test('does not depend on where a stream is cut', async () => {
    const texts = fc.array(fc.constantFrom('a', 'b', '\n', ' ', '\r\n', '123456789'), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(texts, async (parts) => {
        expect(await linesIn(parts)).toEqual(await linesIn([parts.join('')]));
      }),
    );
  });
});
