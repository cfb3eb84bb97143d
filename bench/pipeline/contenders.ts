import { join } from 'node:path';
import { topics } from '../../schemas/topics.ts';
import { type bookOf, type Checked, checkPassed, checkReduced } from '../peers/check.ts';
import type { PeerOrder, Taken } from '../peers/peer.ts';
import { type Guarantee, prepareStreams, runBare, runStreams } from '../peers/run-peer.ts';
import type { Format } from '../peers/workload.ts';
import { type DrainOrder, drainWith } from './drain-run.ts';
import { type BenchGround, partitions, peerTopic } from './ground.ts';

export interface Load {
  readonly format: Format;
  readonly alerts: number;
}

/** One that drains the raw topic. */
export interface Contender {
  readonly name: string;
  /** What it writes, in words. */
  readonly writes: string;
  /** Null, or why it cannot run here. */
  readonly isMissing: () => string | null;
  run(bench: BenchGround, run: string, load: Load): Promise<Taken>;
  /** Compares what it wrote with what it should have. */
  check(bench: BenchGround, load: Load, wanted: ReturnType<typeof bookOf>): Promise<Checked>;
}

const isThere = () => null;

function orderOf(bench: BenchGround, run: string, { format, alerts }: Load): PeerOrder {
  return {
    ...{ brokers: bench.brokers, from: topics.raw.name, to: peerTopic, group: run },
    ...{ format, alerts, partitions: partitions.rawPartitions, folder: join(bench.ground.folder, run) },
  };
}

/** The floor, and the other runtime: they forward the first alert of an identity in a window as it came. */
function peer(
  name: string,
  isMissing: Contender['isMissing'],
  run: (order: PeerOrder) => Promise<Taken>,
): Contender {
  return {
    name,
    writes: 'first alerts',
    isMissing,
    run: (bench, id, load) => run(orderOf(bench, id, load)),
    check: ({ ground }, { format }, wanted) =>
      checkPassed(ground.broker, { topic: peerTopic, format }, wanted),
  };
}

const streams = (name: string, guarantee: Guarantee) =>
  peer(name, prepareStreams, (order) => runStreams(order, guarantee));

const checkPartials: Contender['check'] = ({ ground }, _load, wanted) => checkReduced(ground.broker, wanted);

type TocsinOrder = Pick<DrainOrder, 'graphs' | 'mode'>;

function tocsin(name: string, order: TocsinOrder, rest: Pick<Contender, 'writes' | 'check'>): Contender {
  return {
    ...rest,
    name,
    isMissing: isThere,
    run: (bench, run, { alerts }) => drainWith(bench, run, { ...order, alerts }),
  };
}

function whole(name: string, mode: DrainOrder['mode']): Contender {
  const order: TocsinOrder = { mode, graphs: ['reduce', 'relate', 'warehouse'] };
  return tocsin(name, order, { writes: 'everything', check: checkPartials });
}

/** All who can be compared, by the names that the command line takes. */
export const contenders: Readonly<Record<string, Contender>> = {
  bare: peer('bare kafkajs loop', isThere, runBare),
  streams: streams('Kafka Streams, at_least_once', 'at_least_once'),
  'streams-eos': streams('Kafka Streams, exactly_once_v2', 'exactly_once_v2'),
  // Its outputs need no transactions: it is the same in both modes.
  reduce: tocsin(
    'Tocsin REDUCE alone',
    { mode: 'effectively-once', graphs: ['reduce'] },
    { writes: 'first partials and final counts', check: checkPartials },
  ),
  whole: whole('Tocsin, whole chain', 'effectively-once'),
  'whole-eo': whole('Tocsin, whole chain, exactly-once', 'exactly-once'),
};
