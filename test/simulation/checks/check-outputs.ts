import type { LogRecord } from '../../../pipeline/broker/index.ts';
import { topics } from '../../../schemas/topics.ts';
import { decode, type OutputTopic, outputTopics } from '../../support/outputs.ts';
import type { SimWorld } from '../sim-world.ts';
import { committedRecords, type Rerun, type Stated, textOf } from './rerun.ts';
import type { Violation } from './violation.ts';

/** What one output partition holds, held against what the rerun states. */
export interface Appeared {
  readonly topic: OutputTopic;
  readonly partition: number;
  readonly expected: readonly Stated[];
  /** Log offset of the first appearance of each expected record, as far as they have appeared. */
  readonly offsets: readonly number[];
}

/** Walks every output partition of a RELATE shard; adds to `violations` what differs from the rerun. */
export function appearedOf(
  world: SimWorld,
  rerun: Rerun,
  partition: number,
  violations: Violation[],
): Appeared[] {
  return outputTopics.map((topic) => {
    const expected = rerun.stated(topics[topic].name);
    const log = world.cluster.log({ topic: topics[topic].name, partition });
    const walk = new Walk(topic, partition, expected);
    for (const record of committedRecords(log)) walk.step(record, world.mode === 'exactly-once');
    if (walk.violation !== null) violations.push(walk.violation);
    return { topic, partition, expected, offsets: walk.offsets };
  });
}

class Walk {
  violation: Violation | null = null;
  readonly offsets: number[] = [];
  readonly #topic: OutputTopic;
  readonly #place: string;
  readonly #expected: readonly Stated[];
  readonly #indexes = new Map<string, number>();

  constructor(topic: OutputTopic, partition: number, expected: readonly Stated[]) {
    this.#topic = topic;
    this.#place = `${topic}/${partition}`;
    this.#expected = expected;
    for (const [index, { text }] of expected.entries()) this.#indexes.set(text, index);
  }

  step(record: LogRecord, isOnceOnly: boolean): void {
    const index = this.#indexes.get(textOf(record));
    if (index === this.offsets.length) this.offsets.push(record.offset);
    else if (this.violation === null) {
      if (index === undefined) this.#found('content', record, 'is not what a clean rerun states');
      else if (index > this.offsets.length) this.#found('gap', record, 'comes before what precedes it');
      else if (isOnceOnly) this.#found('repeat', record, 'was read before');
    }
  }

  #found(check: string, record: LogRecord, what: string): void {
    const value = decode(this.#topic, record);
    const { offset, n } = value.origin;
    const twin = this.#expected.find(({ origin }) => origin.offset === offset && origin.n === n);
    const expected = twin === undefined ? 'nothing' : sentence(this.#topic, twin.text);
    const detail = `${this.#place}@${record.offset} of (${offset}, ${n}) ${what}; expected there: ${expected}; found: ${JSON.stringify(value)}`;
    this.violation = { check: `outputs: ${check}`, detail };
  }
}

function sentence(topic: OutputTopic, text: string): string {
  const value = Buffer.from(text.slice(text.indexOf('|') + 1), 'latin1');
  return JSON.stringify(decode(topic, { value, offset: 0, timestamp: 0, key: null, headers: {} }));
}

/** Everything that follows from the log below `end` has appeared. */
export function checkComplete(
  { topic, partition, expected, offsets }: Appeared,
  end: number,
): Violation | null {
  const missing = expected[offsets.length];
  if (missing === undefined || missing.origin.offset >= end) return null;
  const { offset, n } = missing.origin;
  const detail = `${topic}/${partition} lacks (${offset}, ${n}), the log was to be processed up to ${end}: ${sentence(topic, missing.text)}`;
  return { check: 'outputs: lost', detail };
}
