import { describe, expect, test } from 'vitest';
import { emitReasons, endings, severities, statuses, suppressionKinds } from '../../../schemas/alert.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { symbolOf, wordLists } from '../../../schemas/avro/words.ts';
import { outcomes } from '../../../schemas/decision.ts';
import { incidentStates, incidentTypes } from '../../../schemas/incident.ts';
import { reasonNames } from '../../../schemas/reasons.ts';

interface Node {
  readonly type?: unknown;
  readonly name?: string;
  readonly doc?: string;
  readonly symbols?: readonly string[];
  readonly default?: unknown;
  readonly fields?: readonly Node[];
  readonly items?: unknown;
  readonly values?: unknown;
}

/** Every record, field and enum of a schema. */
function nodesOf(schema: unknown): readonly Node[] {
  if (Array.isArray(schema)) return schema.flatMap(nodesOf);
  if (typeof schema !== 'object' || schema === null) return [];
  const node: Node = schema;
  const inner = [node.type, node.items, node.values, ...(node.fields ?? [])].flatMap(nodesOf);
  return node.name === undefined ? inner : [node, ...inner];
}

const subjects = Object.values(codecs).map(({ subject, schema }) => ({
  subject,
  schema,
  nodes: nodesOf(schema),
}));

describe.each(subjects)('the schema of $subject', ({ schema, nodes }) => {
  test('says of every record, field and enum what it is', () => {
    expect(nodes.filter(({ doc }) => doc === undefined || doc.length < 4)).toEqual([]);
  });

  test('lists UNKNOWN first in every enum and falls back to it', () => {
    for (const { symbols, default: fallback } of nodes.filter((node) => node.type === 'enum')) {
      expect([symbols?.[0], fallback]).toEqual(['UNKNOWN', 'UNKNOWN']);
    }
  });

  test('gives optional fields null first and as their default', () => {
    for (const field of nodes.filter(({ type }) => Array.isArray(type))) {
      expect(field).toMatchObject({ type: ['null', expect.anything()], default: null });
    }
  });

  test('is in the namespace of version 1', () => {
    expect(schema.namespace).toBe('tocsin.v1');
  });

  test('marks every time as a timestamp in milliseconds', () => {
    const isTime = ({ name = '' }: Node) =>
      /(At|Seen|Start|End|^since|^until|^eventTime|^minute|^cell|^complete)$/.test(name);
    for (const field of nodes.filter((node) => node.fields === undefined && isTime(node))) {
      expect(JSON.stringify(field.type)).toContain('timestamp-millis');
    }
  });
});

test('a raw alert has its head first and what changes last', () => {
  expect(codecs.raw.schema.fields.map(({ name }) => name)).toEqual([
    ...['tenant', 'source', 'name', 'severity', 'labels', 'annotations', 'generatorUrl'],
    ...['status', 'observedAt', 'startsAt', 'endsAt', 'value', 'id'],
  ]);
});

const lists = [
  ['severity', severities],
  ['status', statuses],
  ['ending', endings],
  ['emitReason', emitReasons],
  ['suppressionKind', suppressionKinds],
  ['incidentState', incidentStates],
  ['incidentType', incidentTypes],
  ['outcome', outcomes],
  ['reason', reasonNames],
] as const;

test.each(lists)('the enum of %s holds UNKNOWN and the words of its list, each once', (name, words) => {
  const { symbols } = wordLists[name].schema;
  expect(new Set(symbols)).toEqual(new Set(['UNKNOWN', ...words.map(symbolOf)]));
  expect(symbols).toHaveLength(new Set(symbols).size);
  for (const symbol of symbols) expect(symbol).toMatch(/^[A-Z][A-Z0-9_]*$/);
});
