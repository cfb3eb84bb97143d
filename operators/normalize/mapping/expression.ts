import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { checkRegex } from '../../../schemas/regex.ts';
import { mendText } from '../text.ts';

export type Format = 'json' | 'csv';

/** What an expression can see. `at` is the timestamp of the record in epoch milliseconds. */
export interface Variables {
  readonly row?: ReadonlyMap<string, string>;
  readonly body?: unknown;
  readonly headers: ReadonlyMap<string, string>;
  readonly at: bigint;
}

/** A compiled CEL expression, and what of its variables it reads. */
export interface Expression {
  /** @throws EvaluationError (of the CEL library) when a value is missing or has the wrong type */
  evaluate(variables: Variables): unknown;
  /** Columns of `row` that it names. */
  readonly columns: readonly string[];
  /** True when it names nothing but columns, so that equal columns give an equal result. */
  readonly readsColumnsOnly: boolean;
}

export type Compiled = { readonly expression: Expression } | { readonly problem: string };

export type Compiler = (source: string) => Compiled;

/** Compiles expressions over the variables of a format; build it once, it costs more than an expression. */
export function compilerFor(format: Format): Compiler {
  const environment = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 2_000, maxDepth: 50 },
  })
    .registerVariable('headers', 'map<string, string>')
    .registerVariable('at', 'int')
    .registerVariable(format === 'csv' ? 'row' : 'body', format === 'csv' ? 'map<string, string>' : 'dyn');
  return (source) => compile(environment, source);
}

/** Types that no field of an alert can take. */
const uselessType = /^(?:list|map|bytes|type$|google\.protobuf\.Duration)/;

function compile(environment: Environment, source: string): Compiled {
  try {
    const parsed = environment.parse(source);
    const checked = parsed.check();
    if (!checked.valid) return { problem: problemOf(checked.error) };
    if (uselessType.test(checked.type ?? '')) {
      return { problem: `yields a ${checked.type}, where a text, number or time is needed` };
    }
    const uses: Uses = { columns: new Set(), hasOther: false, problem: null };
    walk(parsed.ast, uses);
    if (uses.problem !== null) return { problem: uses.problem };
    return {
      expression: {
        evaluate: (variables) => plain(parsed(variables)),
        columns: [...uses.columns],
        readsColumnsOnly: !uses.hasOther,
      },
    };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

/** What the CEL library says, without its code frame; it may repeat a value of any length. */
export function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = 'summary' in error ? String(error.summary) : (error.message.split('\n')[0] ?? '');
  return text.length > maxProblemLength ? `${text.slice(0, maxProblemLength)}…` : text;
}

const maxProblemLength = 200;

interface Uses {
  readonly columns: Set<string>;
  hasOther: boolean;
  problem: string | null;
}

/** `row.x` and `row["x"]` name a column; any other use of a variable may read anything. */
function walk(node: ASTNode, uses: Uses): void {
  const column = columnOf(node);
  if (column !== null) uses.columns.add(column);
  else if (node.op === 'id') uses.hasOther ||= variables.has(node.args);
  else {
    if (node.op === 'rcall' && node.args[0] === 'matches') uses.problem ??= checkPattern(node.args[2]);
    for (const child of childrenOf(node.args)) walk(child, uses);
  }
}

const variables = new Set(['row', 'body', 'headers', 'at']);

function columnOf({ op, args }: ASTNode): string | null {
  if (op !== '.' && op !== '[]' && op !== '.?' && op !== '[?]') return null;
  const [map, key] = args;
  if (map.op !== 'id' || map.args !== 'row') return null;
  if (typeof key === 'string') return key;
  // With optional access the key of `row.?x` is a text as well; a computed key may be any column.
  return key.op === 'value' && typeof key.args === 'string' ? key.args : null;
}

/** CEL's `matches` runs JavaScript's RegExp, which can take forever on a bad pattern. */
function checkPattern(args: readonly ASTNode[]): string | null {
  const [pattern] = args;
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') {
    return 'the pattern of matches() must be a text, so that it can be checked';
  }
  const problem = checkRegex(pattern.args);
  return problem === null ? null : `pattern ${JSON.stringify(pattern.args)}: ${problem}`;
}

function* childrenOf(args: unknown): Generator<ASTNode> {
  if (Array.isArray(args)) for (const arg of args) yield* childrenOf(arg);
  // Every operand is a node, a list of operands or a literal; only nodes have an `op`.
  else if (typeof args === 'object' && args !== null && 'op' in args) yield args as ASTNode;
}

/** CEL's values as JavaScript's: an absent optional as undefined, integers as numbers or texts, times as ISO 8601. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return mendText(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  if (value instanceof Date) return value.toISOString();
  if ('hasValue' in value && 'orValue' in value && typeof value.orValue === 'function') {
    return plain(value.orValue(undefined));
  }
  const primitive: unknown = value.valueOf();
  return typeof primitive === 'bigint' ? plain(primitive) : value;
}
