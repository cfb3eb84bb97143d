import { beforeEach, describe, expect, test, vi } from 'vitest';
import type {
  Admin,
  Broker,
  CommittedOffset,
  Producer,
  TopicPartition,
} from '../../../pipeline/broker/index.ts';
import { encodeFoothold } from '../../../pipeline/snapshot/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { TransactionalSender } from '../../../pipeline/worker/transactional-sender.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';
import { alert } from '../../support/story-input.ts';
import { dawn, minute, World } from '../../support/virtual-world.ts';

const [group, place] = ['tocsin-relate', { topic: topics.reduced.name, partition: 1 }];
const lease = { shard: { graph: 'relate', partition: 1 }, epoch: 5, nonce: 'n' };
const foothold = { from: 4, snapshot: null, at: 0 };
const output = { topic: topics.enriched.name, partition: 1, key: null, value: Buffer.from('a') };
const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

/** A producer and a group that note what they are asked for, and answer as the test says. */
class Scripted {
  readonly journal: string[] = [];
  /** What the group shows at its next looks, of the sentinel and of the input; the last one again and again. */
  shown: (readonly [CommittedOffset | null, CommittedOffset | null])[] = [];
  commit: () => Promise<void> = async () => {};

  /** The calls that a sender makes are all that it needs of a broker. */
  get broker(): Broker {
    const producer = ({ transactionalId = '' } = {}): Producer => {
      this.journal.push(`producer ${transactionalId}`);
      return this.#producer();
    };
    const admin: Partial<Admin> = { committedTogether: this.#committedTogether };
    const broker: Partial<Broker> = { producer, admin: admin as Admin };
    return broker as Broker;
  }

  #producer(): Producer {
    const { journal } = this;
    return {
      send: async () => expect.fail('outside of a transaction'),
      begin: async () => {
        journal.push('begin');
        return {
          send: async (records) => {
            journal.push(`send ${records.length}`);
            return [];
          },
          sendOffsets: async (to, offsets) => {
            for (const one of offsets) journal.push(`${to} ${nameOf(one)} at ${one.offset}: ${one.metadata}`);
          },
          commit: () => {
            journal.push('commit');
            return this.commit();
          },
          abort: async () => void journal.push('abort'),
        };
      },
      close: async () => void journal.push('close'),
    };
  }

  readonly #committedTogether = async (from: string, places: readonly TopicPartition[]) => {
    this.journal.push(`look ${from} ${places.map(nameOf).join(' ')}`);
    return (this.shown.length > 1 ? this.shown.shift() : this.shown[0]) ?? [null, null];
  };
}

/** The clock moves to the next thing that waits, until the promise is settled. */
async function whileTimePasses<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  promise.then(settled, settled);
  for (;;) {
    await new Promise<void>((resolve) => setImmediate(resolve));
    if (isSettled) return promise;
    clock.advanceTo(clock.nextDue() ?? expect.fail('it waits for nothing'));
  }
}

describe('TransactionalSender', () => {
  let clock: VirtualClock;
  let scripted: Scripted;
  let sender: TransactionalSender;
  beforeEach(() => {
    clock = new VirtualClock(0);
    scripted = new Scripted();
    sender = new TransactionalSender({ broker: scripted.broker, clock, group, place });
  });

  const passing = <T>(promise: Promise<T>): Promise<T> => whileTimePasses(clock, promise);

  const own = { offset: 0, metadata: '5:n' };
  const older = { offset: 0, metadata: '4:m' };
  const asFence = [
    'begin',
    `${group} ${topics.decisions.name}/1 at 0: 5:n`,
    'commit',
    `look ${group} ${topics.decisions.name}/1 ${nameOf(place)}`,
  ];

  test('fences those before it, and believes what is committed once its own sentinel is there', async () => {
    scripted.shown = [
      [null, null],
      [older, { offset: 3, metadata: 'old' }],
      [own, { offset: 9, metadata: 'new' }],
      [own, { offset: 3, metadata: 'old' }],
    ];
    expect(await passing(sender.take(lease))).toEqual({ offset: 9, metadata: 'new' });
    const looks = [asFence.at(-1), asFence.at(-1)];
    expect(scripted.journal).toEqual([`producer ${group}-1`, ...asFence, ...looks]);
  });

  test('sends what came out and the offset of what went in as one, records first', async () => {
    scripted.shown = [[own, null]];
    expect(await passing(sender.take(lease))).toBeNull();
    scripted.journal.length = 0;
    await sender.send([], { offset: 6, foothold });
    await sender.send([output, output], { offset: 7, foothold });
    const offsetAt = (at: number) => `${group} ${nameOf(place)} at ${at}: ${encodeFoothold(foothold)}`;
    const sent = ['begin', 'send 2', offsetAt(7), 'commit'];
    expect(scripted.journal).toEqual(sent);
    // State may be stored as of what is committed; for more, the offset goes alone.
    await sender.settle({ offset: 7, foothold });
    expect(scripted.journal).toEqual(sent);
    await sender.settle({ offset: 8, foothold });
    expect(scripted.journal).toEqual([...sent, 'begin', offsetAt(8), 'commit']);
  });

  test('commits nothing below what it found committed', async () => {
    scripted.shown = [[own, { offset: 9, metadata: '' }]];
    await passing(sender.take(lease));
    scripted.journal.length = 0;
    await sender.settle({ offset: 9, foothold });
    expect(scripted.journal).toEqual([]);
  });

  test('a commit whose answer is lost is in doubt: it is neither tried again nor taken back', async () => {
    scripted.shown = [[own, null]];
    await passing(sender.take(lease));
    scripted.journal.length = 0;
    scripted.commit = () => Promise.reject(new TocsinError('broker.unavailable', 'the answer was lost'));
    await expect(sender.send([output], { offset: 7, foothold })).rejects.toMatchObject({
      code: 'broker.unavailable',
    });
    expect(scripted.journal).toEqual(['begin', 'send 1', expect.stringContaining(' at 7: '), 'commit']);
  });

  test('a sentinel that never appears is that of somebody who was fenced: after two seconds it gives up', async () => {
    scripted.shown = [[older, { offset: 3, metadata: 'old' }]];
    await expect(passing(sender.take(lease))).rejects.toMatchObject({
      code: 'broker.fenced',
      detail: `${group}: the sentinel 5:n does not appear`,
    });
    expect([clock.now(), clock.nextDue()]).toEqual([1_955, null]);
    expect(scripted.journal.filter((line) => line === 'begin')).toHaveLength(1);
  });
});

test('a shard whose sentinel does not appear is taken anew until it does, and has lost nothing', async () => {
  const world = await World.open({ delivery: 'exactly-once', reducedPartitions: 1 });
  const looks = vi.spyOn(world.embedded.broker.admin, 'committedTogether').mockResolvedValue([null, null]);
  await whileTimePasses(world.clock, world.start());
  expect([looks.mock.calls.length, world.troubles]).toEqual([10, ['shard-lost']]);
  looks.mockRestore();
  await world.run([alert({ at: minute })], { until: dawn + 3 * minute });
  expect((await world.read('enriched')).flat().map(({ value }) => value !== null)).toContain(true);
  expect([world.failures, world.troubles]).toEqual([[], ['shard-lost']]);
});
