import { z } from 'zod';
import { lift } from '../../operators/lift.ts';
import { type DecisionDraft, defineOperator } from '../../operators/operator.ts';
import { table } from '../../operators/table.ts';
import type { LogRecord } from '../../pipeline/broker/index.ts';
import type { Graph } from '../../pipeline/graphs.ts';
import type { Fingerprint } from '../../schemas/brand.ts';
import type { ControlCopy } from '../../schemas/reduced.ts';

/** What a record tells the puppet to do. */
export type Order =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'put'; readonly key: string; readonly value: string | null }
  | { readonly kind: 'wake' | 'close'; readonly key: string; readonly due: number | null }
  | { readonly kind: 'throw'; readonly text: string }
  | ControlCopy;

interface Row {
  readonly value: string;
}

const rows = table<Row>({ type: 'record', name: 'Row', fields: [{ name: 'value', type: 'string' }] });

export function draft(text: string): DecisionDraft {
  return {
    alertId: text,
    fingerprint: 'f' as Fingerprint,
    occurrence: null,
    incidentId: null,
    generation: 0,
    tenant: 'acme',
    outcome: 'folded',
    reason: 'repeat',
    rule: '',
    location: '',
    detail: {},
    count: 1,
    inputRange: null,
    eventTime: 0,
  };
}

/** An operator that does what it is told: speaks, keeps rows, sets timers, fails. Rows it keeps it also remembers in order. */
export const puppet = defineOperator<Order>()({
  name: 'puppet',
  config: z.object({}),
  tables: { rows },
  derive: (_config, tables) => ({ keysAtStart: [...tables.rows.entries()].map(([key]) => key).sort() }),
  on: {
    say: (step, { text }) => step.decide(draft(text)),
    put: (step, { key, value }) =>
      value === null ? step.tables.rows.delete(key) : step.tables.rows.set(key, { value }),
    wake: (step, { key, due }) => step.wakeAt(key, due),
    close: (step, { key, due }) => step.closeAt(key, due),
    throw: (_step, { text }) => {
      throw new Error(text);
    },
    control: (step, { index }) =>
      step.decide(draft(`control ${index} with ${step.derived.keysAtStart.join('+') || 'nothing'} restored`)),
  },
  onTimer(step, { key, clock, due }) {
    if (key === 'throw') throw new Error('from a timer');
    step.decide(draft(`${clock} ${key} due ${due} at ${step.time.at} complete ${step.time.complete}`));
  },
});

/** A graph of one puppet whose orders are JSON. */
export function puppetGraph(input: Graph<Order>['input'] = 'raw'): Graph<Order> {
  return {
    name: 'puppet',
    input,
    states: 'decisions',
    factsFrom: null,
    group: 'tocsin-puppet',
    read: (record) => JSON.parse(Buffer.from(record.value ?? []).toString()),
    operators: (host) => (source) => source.pipe(lift(puppet, {}, host)),
    version: null,
    configured: () => puppetGraph(input),
  };
}

export function say(text: string): Order {
  return { kind: 'say', text };
}

export function orderBytes(order: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(order));
}

export function orderRecord(offset: number, timestamp: number, order: unknown): LogRecord {
  return { offset, timestamp, key: null, value: orderBytes(order), headers: {} };
}
