import { describe, expect, test } from 'vitest';
import { hexDump } from '../../../../pipeline/cli/commands/dlq/hex-dump.ts';
import { letterJson, letterText } from '../../../../pipeline/cli/commands/dlq/show-text.ts';
import { groupsText } from '../../../../pipeline/cli/commands/dlq/text.ts';
import { type LetterGroup, letterOf } from '../../../../pipeline/dead-letters/index.ts';
import { type LetterFields, letter, startMs } from '../../dead-letters/desk.ts';

const found = (fields: LetterFields, value?: Uint8Array) => {
  const sent = letter(fields);
  const { key, headers = {}, timestamp = 0 } = sent;
  const record = { offset: 7, key, value: value ?? sent.value, headers, timestamp };
  return { letter: letterOf(record), state: 'open', record } as const;
};

describe('one letter', () => {
  test('shows where it is from, what is wrong, and the record as it came', () => {
    const text = letterText(found({ offset: 120, partition: 3, value: '{"name":', headers: { trace: 'a' } }));
    expect(text).toMatch(
      /^dead letter +alerts\.raw\.v1\.dlq\/0@7\nrecord +alerts\.raw\.v1\/3@120, alert 0\n/,
    );
    expect(text).toMatch(/\ncode +record\.invalid-json\nmessage +the text is not valid JSON: bad; /);
    expect(text).toMatch(/\nkey +key 120\nheader trace +a\n/);
    expect(text).toMatch(/\n\nvalue, 8 bytes:\n\{"name":\n$/);
  });

  test.each<[string, Uint8Array, string]>([
    ['bytes that are no text as such', Buffer.from([0, 1, 65]), '00000000  00 01 41 '],
    ['what a terminal would obey as such', Buffer.from('\u001b[2J'), '1b 5b 32 4a'],
    ['text of many alphabets as text', Buffer.from('日本\n'), '日本\n'],
    ['the beginning of what is long', Buffer.from('é'.repeat(4_000)), '… and 3904 bytes more: -o json\n'],
  ])('shows %s', (_name, value, said) => {
    expect(letterText(found({ offset: 1 }, value))).toContain(said);
  });

  test('says that there is no value', () => {
    expect(letterText(found({ offset: 1, value: null }))).toMatch(/\nno value\n$/);
  });

  test('is all of it as data', () => {
    expect(letterJson(found({ offset: 1, headers: { trace: 'a' } }))).toMatchObject({
      ...{ offset: 7, source: { topic: 'alerts.raw.v1', partition: 0, offset: 1 } },
      ...{ state: 'open', code: 'record.invalid-json', timestamp: startMs + 1 },
      headers: { trace: 'a' },
      value: Buffer.from('raw 1').toString('base64'),
    });
  });
});

test('a hex dump has sixteen bytes a line, and what of them is readable', () => {
  expect(hexDump(Buffer.from('0123456789abcdefXY'))).toBe(
    [
      '00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  |0123456789abcdef|\n',
      '00000010  58 59                                             |XY|\n',
    ].join(''),
  );
});

test('groups are a table, with a sample each', () => {
  const group = {
    ...{ code: 'record.empty', state: 'open', letters: 1_200, records: 3, oldest: 0, newest: 1_000 },
    sample: { offset: 4, source: { topic: 'alerts.raw.v1', partition: 1, offset: 9 }, message: 'no value' },
  } satisfies LetterGroup;
  expect(groupsText([group])).toBe(
    [
      'code          letters  records  oldest                    newest                    sample\n',
      'record.empty    1,200        3  1970-01-01T00:00:00.000Z  1970-01-01T00:00:01.000Z       4\n',
      '\n',
      '4, from alerts.raw.v1/1@9: no value\n',
    ].join(''),
  );
  expect(groupsText([{ ...group, state: 'dropped' }])).toContain('dropped');
});
