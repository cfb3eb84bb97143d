import { afterEach, describe, expect, test } from 'vitest';
import type { Broker, ProduceRecord, Producer } from '../../../pipeline/broker/index.ts';
import { GraphRunner } from '../../../pipeline/worker/graph-runner.ts';
import type { Delivery, Ports } from '../../../pipeline/worker/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { brokerWith } from '../../support/overriding.ts';
import { type Order, puppetGraph, say } from '../../support/puppet.ts';
import { type ShardBench, shardBench } from '../../support/shard-bench.ts';

const wake = (key: string, due: number) => ({ kind: 'wake', key, due });

/** What left in one go, as `text at offset/n`. */
type Sent = readonly string[];

interface Scene {
  readonly bench: ShardBench;
  readonly runner: GraphRunner<Order>;
  readonly sent: Sent[];
}

let running: readonly GraphRunner<Order>[] = [];
afterEach(() => {
  for (const runner of running) runner.drop();
  running = [];
});

interface SceneOptions {
  readonly delivery?: Delivery;
  readonly timersAtOnce?: number;
  readonly onSent?: (scene: Pick<Scene, 'sent'>) => void;
}

async function scene({
  delivery = 'effectively-once',
  timersAtOnce = 2,
  onSent,
}: SceneOptions = {}): Promise<Scene> {
  const sent: Sent[] = [];
  const through = ({ broker, ...others }: Ports): Ports => ({
    ...others,
    broker: noting(broker, (records) => {
      sent.push(records.map(describeDecision));
      onSent?.({ sent });
    }),
  });
  const bench = await shardBench({
    settings: { stepsAtOnce: timersAtOnce, checkpointEveryMs: 60_000 },
    through,
  });
  const runner = start({ ...bench, around: { ...bench.around, delivery } });
  await runner.start();
  await bench.broker.idle();
  sent.length = 0;
  return { bench, runner, sent };
}

function start({ around }: Pick<ShardBench, 'around'>): GraphRunner<Order> {
  const onFailure = (error: Error) => expect.fail(String(error));
  const runner = new GraphRunner({ graph: puppetGraph(), around, prepare: async () => {}, onFailure });
  running = [...running, runner];
  return runner;
}

function noting(broker: Broker, note: (records: readonly ProduceRecord[]) => void): Broker {
  return brokerWith(broker, {
    producer: (options) => {
      const producer: Producer = broker.producer(options);
      return {
        close: () => producer.close(),
        send: (records) => {
          note(records);
          return producer.send(records);
        },
        begin: async () => {
          const transaction = await producer.begin();
          return {
            ...{ commit: () => transaction.commit(), abort: () => transaction.abort() },
            sendOffsets: (group, offsets) => transaction.sendOffsets(group, offsets),
            send: (records) => {
              note(records);
              return transaction.send(records);
            },
          };
        },
      };
    },
  });
}

function describeDecision({ value }: ProduceRecord): string {
  const { alertId, origin } = codecs.decisions.decode(value ?? new Uint8Array(), 5);
  return `${alertId.split(' due ')[0]} at ${origin.offset}/${origin.n}`;
}

/** Five timers that are due when a sixth record comes. */
async function fiveDue({ bench }: Pick<Scene, 'bench'>): Promise<void> {
  const due = bench.clock.now() + 1;
  await bench.feed(0, ...['e', 'd', 'c', 'b', 'a'].map((key) => wake(key, due)));
  await bench.broker.idle();
  bench.clock.advanceTo(due + 10);
  await bench.feed(0, say('spoken'), say('again'));
  await bench.broker.idle();
}

describe('timers that are due at once', () => {
  test('fire a portion at a time, and what they say is sent in between', async () => {
    const found = await scene();
    await fiveDue(found);
    expect(found.sent).toEqual([
      ['at a at 5/0', 'at b at 5/1'],
      ['at c at 5/2', 'at d at 5/3'],
      ['at e at 5/4', 'spoken at 5/5', 'again at 6/0'],
    ]);
    expect(found.runner.shards[0]?.position).toBe(7);
  });

  test.each([1, 3, 100])('say the same when %i fire in one go', async (timersAtOnce) => {
    const usual = await scene();
    await fiveDue(usual);
    const other = await scene({ timersAtOnce });
    await fiveDue(other);
    expect(other.sent).toHaveLength(Math.ceil(5 / timersAtOnce));
    expect(other.sent.flat()).toEqual(usual.sent.flat());
  });

  test('leave together where a transaction has to hold all of them', async () => {
    const found = await scene({ delivery: 'exactly-once' });
    await fiveDue(found);
    expect(found.runner.shards[0]?.position).toBe(7);
    expect(found.sent.map(({ length }) => length)).toEqual([7]);
  });

  test('of a shard that is let go of in between, are left to the next one, which says the same again', async () => {
    let isOver = false;
    const found = await scene({
      onSent: ({ sent }) => {
        if (sent.length === 2 && !isOver) found.runner.shards[0]?.drop();
      },
    });
    const { bench, sent } = found;
    await fiveDue(found);
    expect(sent).toHaveLength(2);
    isOver = true;
    found.runner.drop();
    await start(bench).start();
    await bench.broker.idle();
    const again = sent.slice(2).flat();
    expect(again).toHaveLength(7);
    expect(again.slice(0, 4)).toEqual(sent.slice(0, 2).flat());
  });
});
