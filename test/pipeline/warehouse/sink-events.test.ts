import { expect, test } from 'vitest';
import { type SinkEvent, sentenceOf } from '../../../pipeline/warehouse/index.ts';

const place = { topic: 'decisions.v1', partition: 2 };

test.each<[SinkEvent, string]>([
  [
    { kind: 'stored', ...place, table: 'decisions', rows: 5, repeated: 1 },
    'decisions.v1/2: 5 rows into decisions, 1 were there',
  ],
  [
    { kind: 'retrying', ...place, doing: 'insert', attempt: 3, delayMs: 400, error: new Error('disk full') },
    'decisions.v1/2: insert failed (attempt 3, next in 400 ms): disk full',
  ],
  [
    {
      kind: 'refused',
      ...place,
      doing: 'insert',
      attempt: 1,
      delayMs: 100,
      error: new Error('no such table'),
    },
    'decisions.v1/2: insert is refused (attempt 1, next in 100 ms): no such table',
  ],
  [{ kind: 'unreadable', ...place, offset: 7, error: 'no Avro' }, 'decisions.v1/2@7: no Avro'],
  [
    { kind: 'marks-lost', ...place, offset: 7, metadata: '{}' },
    'decisions.v1/2@7: the metadata is not ours: {}',
  ],
  [{ kind: 'left', ...place, error: new Error('another member') }, 'decisions.v1/2: another member'],
])('%o is told as a sentence', (event, sentence) => {
  expect(sentenceOf(event)).toBe(sentence);
});
