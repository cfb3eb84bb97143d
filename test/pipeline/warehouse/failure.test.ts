import { expect, test } from 'vitest';
import { warehouseError } from '../../../pipeline/warehouse/failure.ts';

const named = (message: string, fields: object) => Object.assign(new Error(message), fields);

test.each<[string, unknown, string, string]>([
  [
    'by all its addresses, with the words of the first',
    Object.assign(new AggregateError([new Error('connect ECONNREFUSED ::1:8123'), new Error('later')]), {
      code: 'ECONNREFUSED',
    }),
    'warehouse.unavailable',
    'connect ECONNREFUSED ::1:8123',
  ],
  ['without a word, by its code', named('', { code: 'EPIPE' }), 'warehouse.unavailable', 'EPIPE'],
  ['without anything, by its name', new RangeError(), 'warehouse.unavailable', 'RangeError'],
  ['with more than a line, by the first', new Error('full. \nstack'), 'warehouse.unavailable', 'full.'],
  ['with no error', 'gone', 'warehouse.unavailable', 'gone'],
  ['for who asks', named('no', { type: 'READONLY' }), 'warehouse.no-access', 'no'],
  ['for a row', named('no', { type: 'CANNOT_PARSE_NUMBER' }), 'warehouse.refused', 'no'],
  ['for a table', named('no', { type: 'UNKNOWN_TABLE' }), 'warehouse.refused', 'no'],
])('what fails %s', (_, cause, code, words) => {
  expect(warehouseError(cause, 'query')).toMatchObject({ code, detail: `query: ${words}` });
});
