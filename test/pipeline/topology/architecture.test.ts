import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Every TypeScript file that ships, with its text. */
const sources = ['schemas', 'operators', 'pipeline'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ path: join(folder, name), text: readFileSync(join(folder, name), 'utf8') })),
);

const filesWith = (pattern: RegExp) =>
  sources
    .filter(({ text }) => pattern.test(text))
    .map(({ path }) => path)
    .sort();

describe('the flow has one page', () => {
  test('there is something to look at', () => {
    expect(sources.length).toBeGreaterThan(200);
  });

  test('operators are lifted into graphs in topology.ts, and nowhere else', () => {
    expect(filesWith(/\blift\(/).filter((path) => path !== 'operators/lift.ts')).toEqual([
      'pipeline/topology.ts',
    ]);
    expect(filesWith(/import \{[^}]*\blift\b[^}]*\} from/)).toEqual(['pipeline/topology.ts']);
  });

  test('every operator that is defined is lifted there', () => {
    const defined = sources.flatMap(({ text }) => [
      ...text.matchAll(/export const (\w+) = defineOperator</g),
    ]);
    const made = sources.flatMap(({ text }) => [...text.matchAll(/export function (make\w+)\(/g)]);
    const topology = readFileSync('pipeline/topology.ts', 'utf8');
    const names = defined.map(([, name]) => name);
    expect(names.length).toBeGreaterThan(7);
    for (const name of names) expect(topology).toContain(`lift(${name},`);
    for (const [, name] of made.filter(([, each]) => each === 'makeNormalize'))
      expect(topology).toContain(`lift(${name}(`);
  });

  test('the graphs of topology.ts are run by the shard alone, through graphs.ts', () => {
    expect(filesWith(/import \{[^}]*\b(reduce|relate)\b[^}]*\} from '[^']*topology\.ts'/s)).toEqual([
      'pipeline/graphs.ts',
    ]);
    expect(filesWith(/\.operators\(/)).toEqual(['pipeline/shard/shard.ts']);
    expect(filesWith(/new Shard\(/)).toEqual(['pipeline/worker/shard-runner.ts']);
  });

  test('handlers of operators are called by lift.ts alone', () => {
    expect(filesWith(/\.onTimer\?*\.?\(|\boperator\.on\b/)).toEqual(['operators/lift.ts']);
  });

  test('operators know no clock, no chance and no Node', () => {
    const operators = sources.filter(({ path }) => path.startsWith('operators/'));
    const impure = operators.filter(({ text }) =>
      /\bDate\.now\(|new Date\(\)|Math\.random\(|performance\.now\(|from 'node:/.test(text),
    );
    expect(impure.map(({ path }) => path)).toEqual([]);
  });
});
