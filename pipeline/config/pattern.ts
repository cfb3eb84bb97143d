import type { z } from 'zod';
import type { ConfigNode, Path } from './node.ts';

/** A path in which `*` stands for every item of a list or every key of a record. */
export type Pattern = readonly string[];

/** What is known of a zod schema's inside without depending on zod's classes. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
  readonly innerType?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly discriminator?: string;
  readonly items?: readonly z.core.$ZodType[];
  readonly in?: z.core.$ZodType;
  readonly out?: z.core.$ZodType;
  readonly left?: z.core.$ZodType;
  readonly right?: z.core.$ZodType;
}

/** The schemas one step inside, each with the key that leads there; `null` for a wrapper, which adds no key. */
function inside(schema: z.core.$ZodType): (readonly [string | null, z.core.$ZodType])[] {
  const def = definitionOf(schema);
  const steps: (readonly [string | null, z.core.$ZodType])[] = Object.entries(def.shape ?? {});
  for (const each of [def.element, def.valueType, ...(def.items ?? [])]) {
    if (each !== undefined) steps.push(['*', each]);
  }
  // The input side of a pipe is what the user writes, except behind a bare transform (z.preprocess).
  const piped = def.in?._zod.def.type === 'transform' ? def.out : def.in;
  for (const same of [def.innerType, piped, def.left, def.right, ...(def.options ?? [])]) {
    if (same !== undefined) steps.push([null, same]);
  }
  return steps;
}

/** Where in a config tree the schemas stand that `wanted` accepts. Schemas must not be recursive. */
export function patternsOf(
  schema: z.core.$ZodType,
  wanted: (schema: z.core.$ZodType) => boolean,
  at: Pattern = [],
): Pattern[] {
  if (wanted(schema)) return [at];
  return inside(schema).flatMap(([key, next]) => patternsOf(next, wanted, key === null ? at : [...at, key]));
}

/** The keys that a user may write at `path`, over all branches of unions; empty where any key may stand. */
export function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const keys = schemasAt(schema, path)
    .flatMap(unwrapped)
    .flatMap((each) => Object.keys(shapeOf(each)));
  return [...new Set(keys)];
}

/** A mapping of several kinds, told apart by the value of one key. */
export interface Kinds {
  /** The key that tells them apart. */
  readonly by: string;
  /** The keys of each kind, by the value that names it; the kind that is meant without a word comes first. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

/** The kinds of mapping that may stand at `path`; null where there is only one. */
export function kindsAt(schema: z.core.$ZodType, path: Path): Kinds | null {
  const union = schemasAt(schema, path)
    .flatMap(wrappersOf)
    .find((each) => definitionOf(each).discriminator !== undefined);
  if (union === undefined) return null;
  const { discriminator: by = '', options = [] } = definitionOf(union);
  const entries = options.map(shapeOf).flatMap((shape) => {
    const names = [...(shape[by]?._zod.values ?? [])].filter((name) => name !== undefined);
    return names.map((name) => [String(name), Object.keys(shape)] as const);
  });
  return { by, keys: new Map(entries) };
}

function schemasAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType[] {
  let schemas: z.core.$ZodType[] = [schema];
  for (const key of path) {
    schemas = schemas
      .flatMap(unwrapped)
      .flatMap((each) => inside(each).filter(([step]) => step === '*' || step === String(key)))
      .map(([, next]) => next);
  }
  return schemas;
}

/** The schema and everything that it only wraps, outermost first. */
function wrappersOf(schema: z.core.$ZodType): z.core.$ZodType[] {
  const wrapped = inside(schema).filter(([key]) => key === null);
  return [schema, ...wrapped.flatMap(([, next]) => wrappersOf(next))];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType[] {
  const wrapped = inside(schema).filter(([key]) => key === null);
  return wrapped.length === 0 ? [schema] : wrapped.flatMap(([, next]) => unwrapped(next));
}

export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> {
  return definitionOf(schema).shape ?? {};
}

function definitionOf(schema: z.core.$ZodType): Definition {
  // zod types each definition by its class; read structurally, one walk serves them all.
  return schema._zod.def as unknown as Definition;
}

/** Every path of the tree that fits the pattern. */
export function pathsIn(root: ConfigNode, pattern: Pattern): Path[] {
  const [key, ...rest] = pattern;
  if (key === undefined) return [[]];
  return steps(root)
    .filter(([step]) => key === '*' || step === key)
    .flatMap(([step, node]) => pathsIn(node, rest).map((path) => [step, ...path]));
}

function steps(node: ConfigNode): (readonly [string | number, ConfigNode])[] {
  if (node.kind === 'list') return node.items.map((item, index) => [index, item] as const);
  if (node.kind === 'map') return node.entries.map((entry) => [entry.key, entry.node] as const);
  return [];
}
