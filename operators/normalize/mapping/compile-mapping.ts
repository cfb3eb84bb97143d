import { type Compiler, compilerFor, type Expression } from './expression.ts';
import type { MappingShape } from './mapping-shape.ts';

const headTexts = ['tenant', 'source', 'name', 'severity', 'generatorUrl'] as const;
const tailTexts = ['status', 'observedAt', 'startsAt', 'endsAt', 'value', 'id'] as const;

export type HeadExpressions = Readonly<Record<(typeof headTexts)[number], Expression | null>>;
export type TailExpressions = Readonly<Record<(typeof tailTexts)[number], Expression | null>>;
export type NamedExpressions = readonly (readonly [name: string, expression: Expression])[];

export interface CompiledMapping {
  readonly config: MappingShape;
  /** Put before what is said of a fault of one of its alerts. */
  readonly origin: string;
  readonly when: Expression | null;
  readonly head: HeadExpressions;
  readonly labels: NamedExpressions;
  readonly annotations: NamedExpressions;
  readonly tail: TailExpressions;
  /** Columns that decide the head, or null when something else does, too. */
  readonly headColumns: readonly string[] | null;
  /** Columns that the tail reads, or null when it may read any. */
  readonly tailColumns: readonly string[] | null;
}

export interface MappingIssue {
  readonly path: readonly string[];
  readonly message: string;
}

/** A mapping whose config has issues is still returned, without the expressions that cannot be used. */
export function compileMapping(config: MappingShape): {
  readonly mapping: CompiledMapping;
  readonly issues: readonly MappingIssue[];
} {
  const issues: MappingIssue[] = [...checkFormat(config)];
  const bench: Bench = { config, issues, compile: compilerFor(config.format) };
  const { fields } = config;
  if (fields.name === '') issues.push({ path: ['fields', 'name'], message: 'a mapping must yield a name' });
  const head = compileAll(bench, headTexts);
  const tail = compileAll(bench, tailTexts);
  const labels = compileNamed(bench, 'labels');
  const annotations = compileNamed(bench, 'annotations');
  const mapping = {
    config,
    origin: `mapping '${config.name}': `,
    when: compileOne(bench, ['when'], config.when),
    head,
    labels,
    annotations,
    tail,
    headColumns: columnsOf([
      ...Object.values(head),
      ...labels.map(([, expression]) => expression),
      ...annotations.map(([, expression]) => expression),
    ]),
    tailColumns: columnsOf(Object.values(tail)),
  };
  return { mapping, issues };
}

interface Bench {
  readonly config: MappingShape;
  readonly issues: MappingIssue[];
  readonly compile: Compiler;
}

function compileAll<Name extends (typeof headTexts | typeof tailTexts)[number]>(
  bench: Bench,
  names: readonly Name[],
): Record<Name, Expression | null> {
  const compiled = names.map((name) => [
    name,
    compileOne(bench, ['fields', name], bench.config.fields[name]),
  ]);
  // One entry per name, which fromEntries cannot say.
  return Object.fromEntries(compiled) as Record<Name, Expression | null>;
}

function compileNamed(bench: Bench, kind: 'labels' | 'annotations'): NamedExpressions {
  return Object.entries(bench.config.fields[kind]).flatMap(([name, source]) => {
    const expression = compileOne(bench, ['fields', kind, name], source);
    return expression === null ? [] : [[name, expression] as const];
  });
}

function compileOne(bench: Bench, path: readonly string[], source: string): Expression | null {
  if (source.trim() === '') return null;
  const compiled = bench.compile(source);
  if ('problem' in compiled) {
    bench.issues.push({ path, message: compiled.problem });
    return null;
  }
  const { columns } = bench.config;
  const missing = compiled.expression.columns.find(
    (column) => columns.length > 0 && !columns.includes(column),
  );
  if (missing === undefined) return compiled.expression;
  const message = `there is no column '${missing}'; the columns are ${columns.join(', ')}`;
  bench.issues.push({ path, message });
  return null;
}

function columnsOf(expressions: readonly (Expression | null)[]): readonly string[] | null {
  const used = expressions.filter((expression) => expression !== null);
  if (!used.every(({ readsColumnsOnly }) => readsColumnsOnly)) return null;
  return [...new Set(used.flatMap(({ columns }) => columns))].sort();
}

function* checkFormat({ format, columns, split }: MappingShape): Generator<MappingIssue> {
  const { flexibleColumn } = split;
  if (format === 'json') {
    if (columns.length > 0) yield { path: ['columns'], message: 'only CSV has columns: add `format: csv`' };
    if (flexibleColumn !== '') yield { path: ['split'], message: 'only CSV is split: add `format: csv`' };
    return;
  }
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined) yield { path: ['columns'], message: `the column '${twice}' is named twice` };
  if (flexibleColumn !== '' && !columns.includes(flexibleColumn)) {
    const message = `'${flexibleColumn}' must be one of \`columns\``;
    yield { path: ['split', 'flexibleColumn'], message };
  }
}
