import type { KnownHead } from '../../events.ts';
import type { Fields } from '../fields.ts';
import type { Reading } from '../reading.ts';
import type { CompiledMapping } from './compile-mapping.ts';
import type { Variables } from './expression.ts';
import { isWanted, mapHead, mapTail } from './map-fields.ts';
import { type Row, splitFlexibly, splitLines, splitQuoted } from './split-rows.ts';

/** The rows of one text under one mapping, and where its columns are. */
interface Sheet {
  readonly mapping: CompiledMapping;
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/**
 * Reads a text as CSV under the first mapping that wants it, judged by its first row: one record comes from one
 * producer.
 */
export function readCsv(text: string, mappings: readonly CompiledMapping[], reading: Reading): void {
  for (const mapping of mappings) {
    const sheet = sheetOf(mapping, text);
    const [first] = sheet.rows;
    if (mapping.when === null || isWanted(mapping.when, variablesOf(sheet, first, reading))) {
      readSheet(sheet, reading);
      return;
    }
  }
  reading.refuse('record.unknown-shape', 'no CSV mapping wants this text: see their `when`');
}

function sheetOf(mapping: CompiledMapping, text: string): Sheet {
  const { columns, delimiter, split } = mapping.config;
  if (split.flexibleColumn !== '') {
    const before = columns.indexOf(split.flexibleColumn);
    const after = columns.length - before - 1;
    const rows = splitLines(text).map((line) => splitFlexibly(line, { delimiter, before, after }));
    return { mapping, columns, rows };
  }
  const rows = splitQuoted(text, delimiter);
  if (columns.length > 0) return { mapping, columns, rows };
  const [header, ...others] = rows;
  return { mapping, columns: header === undefined || 'code' in header ? [] : header, rows: others };
}

function readSheet(sheet: Sheet, reading: Reading): void {
  if (sheet.rows.length === 0) reading.refuse('record.empty', 'the CSV text has no rows');
  for (const row of sheet.rows) {
    if (reading.isOverfull) return;
    if ('code' in row) reading.put(row);
    else if (row.length === sheet.columns.length) readRow(sheet, row, reading);
    else {
      const detail = `a line with ${row.length} columns instead of ${sheet.columns.length}`;
      reading.refuse('record.invalid-field', detail);
    }
  }
}

function readRow(sheet: Sheet, row: readonly string[], reading: Reading): void {
  const { mapping } = sheet;
  const fields = reading.fields(mapping.origin);
  const head = reading.envelope === null ? headOf(sheet, row, { reading, fields }) : null;
  const variables = variablesOf(sheet, row, reading, mapping.tailColumns);
  if (head === null) {
    // Nothing to remember: the head depends on more than columns, or cannot be used.
    const whole = { fields, variables: variablesOf(sheet, row, reading) };
    reading.add(fields, mapHead(mapping, whole), mapTail(mapping, { fields, variables }));
    return;
  }
  const tail = mapTail(mapping, { fields, variables });
  reading.put(fields.error ?? { head, tail });
}

/** The head of a row, remembered by the columns that decide it; null when they do not. */
function headOf(
  sheet: Sheet,
  row: readonly string[],
  { reading, fields }: { readonly reading: Reading; readonly fields: Fields },
): KnownHead | null {
  const { mapping } = sheet;
  if (mapping.headColumns === null) return null;
  let key = `row ${mapping.config.name.length}:${mapping.config.name}`;
  for (const column of mapping.headColumns) {
    const value = row[sheet.columns.indexOf(column)];
    key += value === undefined ? '-' : `${value.length}:${value}`;
  }
  const { heads } = reading.rules;
  const known = heads.get(key);
  if (known !== undefined) return known;
  const draft = mapHead(mapping, { fields, variables: variablesOf(sheet, row, reading) });
  fields.checkSizes(draft.labels, draft.annotations);
  if (fields.error !== null) return null;
  const head = heads.known(draft);
  heads.set(key, head);
  return head;
}

const noHeaders: ReadonlyMap<string, string> = new Map();

/** With `only`, nothing but those columns: making the whole row costs more than a simple expression. */
function variablesOf(
  { columns }: Sheet,
  row: Row | undefined,
  { record }: Reading,
  only: readonly string[] | null = null,
): Variables {
  const values = new Map<string, string>();
  if (row !== undefined && !('code' in row)) {
    for (const column of only ?? columns) {
      const value = row[columns.indexOf(column)];
      if (value !== undefined) values.set(column, value);
    }
  }
  if (only !== null) return { row: values, headers: noHeaders, at: 0n };
  return {
    row: values,
    headers: new Map(Object.entries(record.headers)),
    at: BigInt(Math.trunc(record.at)),
  };
}
