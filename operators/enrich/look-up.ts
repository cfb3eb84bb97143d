import { canonical } from '../../schemas/identity.ts';
import { type Matchable, readLabel } from '../../schemas/matcher/index.ts';
import type { EnrichConfig, EnrichTable } from './config.ts';

type Row = Readonly<Record<string, string>>;
type Fill = (row: Row) => string;

/** A table ready to be asked: its rows by key, its templates compiled. */
interface Index {
  readonly names: readonly string[];
  readonly rows: ReadonlyMap<string, Row>;
  readonly owner: Fill;
  readonly service: Fill;
  readonly runbookUrl: Fill;
  readonly annotations: readonly (readonly [string, Fill])[];
}

export type Indexes = readonly Index[];

/** What the tables know about an alert; '' where they know nothing. */
export interface Facts {
  readonly owner: string;
  readonly service: string;
  readonly runbookUrl: string;
  readonly annotations: Readonly<Record<string, string>>;
}

export function indexTables(config: EnrichConfig): Indexes {
  return config.tables.map(indexTable);
}

function indexTable(table: EnrichTable): Index {
  const names = Object.keys(table.match);
  const columns = Object.values(table.match);
  const rows = new Map<string, Row>();
  for (const row of table.rows) {
    const values = columns.map((column) => cell(row, column));
    // An empty cell would match every alert that lacks the label: a gap in a CSV must not do that.
    if (values.every((value) => value === '')) continue;
    const key = canonical(values);
    if (!rows.has(key)) rows.set(key, row);
  }
  return {
    names,
    rows,
    owner: compile(table.sets.owner),
    service: compile(table.sets.service),
    runbookUrl: compile(table.sets.runbookUrl),
    annotations: Object.entries(table.annotations).map(([name, text]) => [name, compile(text)]),
  };
}

function cell(row: Row, column: string): string {
  return Object.hasOwn(row, column) ? (row[column] ?? '') : '';
}

/** A text with `${…}` is a template, any other names a column. */
function compile(text: string | undefined): Fill {
  if (text === undefined || text === '') return () => '';
  if (!text.includes('${')) return (row) => cell(row, text);
  return (row) => text.replace(/\$\{([^}]*)\}/g, (_, column: string) => cell(row, column));
}

/** Names the service of an alert that no table speaks of. */
export function serviceFromLabels(alert: Pick<Matchable, 'labels'>, names: readonly string[]): string {
  for (const name of names) {
    const value = Object.hasOwn(alert.labels, name) ? alert.labels[name] : undefined;
    if (value !== undefined && value !== '') return value;
  }
  return '';
}

const none: Readonly<Record<string, string>> = {};

/**
 * Asks all tables in order; the first value of a field wins. A table may match on `service`: it then sees what an
 * earlier table said, else what the labels say.
 */
export function lookUp(indexes: Indexes, alert: Matchable): Facts {
  let owner = '';
  let service = '';
  let runbookUrl = '';
  let annotations = none;
  for (const index of indexes) {
    const seen = service === '' ? alert : { ...alert, service };
    const row = index.rows.get(canonical(index.names.map((name) => readLabel(seen, name))));
    if (row === undefined) continue;
    owner ||= index.owner(row);
    service ||= index.service(row);
    runbookUrl ||= index.runbookUrl(row);
    for (const [name, fill] of index.annotations) {
      const value = fill(row);
      if (value !== '' && !Object.hasOwn(annotations, name)) annotations = { ...annotations, [name]: value };
    }
  }
  return { owner, service: service || alert.service, runbookUrl, annotations };
}
