import type { NormalizeConfig } from '../../operators/normalize/index.ts';
import { arrivalTimeBy } from './arrival-time.ts';
import { rowsOf } from './csv-rows.ts';
import type { CsvMapping, FileFormat } from './file-format.ts';
import { firstLineEnd, firstLines, linesOf } from './lines.ts';

/** CSV as a mapping describes it, with or without a header line. */
export function csvFormat(name: string, mapping: CsvMapping, config: NormalizeConfig): FileFormat {
  const rules = { ...config, presets: [], mappings: [mapping] };
  return {
    name,
    mapping,
    split: (bytes) => {
      const hasHeader = mapping.columns.length === 0 || isHeaderOf(mapping, headerOf(bytes));
      const from = hasHeader ? firstLineEnd(bytes) : 0;
      const { flexibleColumn } = mapping.split;
      return flexibleColumn === '' ? rowsOf(bytes, mapping.delimiter, from) : linesOf(bytes, from);
    },
    heading: (bytes) => (mapping.columns.length === 0 ? Buffer.from(`${headerOf(bytes)}\n`) : null),
    arrivalTime: (heading) => arrivalTimeBy(rules, heading),
  };
}

function headerOf(bytes: Buffer): string {
  return firstLines(bytes, 1)[0] ?? '';
}

/** Whether a line names exactly the columns that the mapping has, in quotes or not. */
export function isHeaderOf({ columns, delimiter }: CsvMapping, line: string): boolean {
  const names = line.split(delimiter).map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  return (
    columns.length > 0 &&
    names.length === columns.length &&
    names.every((name, index) => name === columns[index])
  );
}

/**
 * The rules that a run over these formats must read with: of the CSV mappings only those in use, or another one without
 * a condition would take the lines of this file. Where several are in use each takes the records that name it.
 */
export function rulesFor(config: NormalizeConfig, used: readonly FileFormat[]): NormalizeConfig {
  const json = config.mappings.filter(({ format }) => format === 'json');
  const csv = new Map(used.flatMap(({ name, mapping }) => (mapping === null ? [] : [[name, mapping]])));
  const isOne = csv.size === 1;
  const kept = [...csv].map(([name, mapping]) => (isOne ? mapping : namedOnly(name, mapping)));
  return { ...config, presets: [], mappings: [...json, ...kept] };
}

/** The header that names a record's format where files of several CSV mappings run together. */
export const formatHeader = 'tocsin.format';

function namedOnly(name: string, mapping: CsvMapping): CsvMapping {
  const isNamed = `headers["${formatHeader}"] == ${JSON.stringify(name)}`;
  return { ...mapping, name, when: mapping.when === '' ? isNamed : `(${mapping.when}) && ${isNamed}` };
}
