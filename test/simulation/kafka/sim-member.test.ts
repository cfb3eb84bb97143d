import { beforeEach, describe, expect, test } from 'vitest';
import { randomOf } from '../../../pipeline/demo/random.ts';
import { Journal } from '../machine/journal.ts';
import { fairWeather, Network } from '../machine/network.ts';
import { SimProcess } from '../machine/sim-process.ts';
import { Timeline } from '../machine/timeline.ts';
import { type ClusterHabits, SimCluster } from './sim-cluster.ts';
import { SimMember } from './sim-member.ts';
import { Wire } from './wire.ts';

const topic = 'raw';
const habits: ClusterHabits = {
  ...{ lagChance: 0, lagMaxMs: 0, markerMaxMs: 0, materializeMaxMs: 0, passOverChance: 0, takeoverChance: 0 },
  ...{ maxFetchRecords: 100, sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 3_000, heartbeatMs: 100 },
};

let timeline: Timeline;
let cluster: SimCluster;
let network: Network;
/** What the group has said while its words are held back; null while they are not. */
let heldBack: (() => void)[] | null;
beforeEach(() => {
  timeline = new Timeline(1_000_000);
  const around = { timeline, random: randomOf(7), journal: new Journal(null) };
  network = new Network(around);
  heldBack = null;
  const tell = (to: SimProcess, act: () => void) => {
    if (heldBack === null) network.tell(to, act);
    else heldBack.push(() => network.tell(to, act));
  };
  cluster = new SimCluster({ ...around, habits, tell });
  const settings = { cleanup: 'delete', retentionMs: 1_000_000, timestamps: 'LogAppendTime' } as const;
  cluster.ensureTopics([{ name: topic, partitions: 2, ...settings }]);
});

/** A member that takes `letGoMs` to let its partitions go. */
class Seen {
  readonly process: SimProcess;
  readonly member: SimMember;
  readonly epochs: number[] = [];
  /** What it was told before each join: whether the group still counted it. */
  readonly known: boolean[] = [];
  letGoMs = 0;
  #places: readonly { readonly topic: string; readonly partition: number }[] = [];

  constructor(number: number) {
    this.process = new SimProcess(timeline, { name: `p${number}`, number, skewMs: 0 });
    const wire = new Wire(this.process, cluster, network);
    const events = {
      letGo: async (isKnown: boolean) => {
        this.known.push(isKnown);
        if (this.letGoMs > 0) await wire.pause(this.letGoMs);
      },
      take: (places: readonly { topic: string; partition: number }[], epoch: number) => {
        this.#places = places;
        this.epochs.push(epoch);
      },
      fetched: () => {},
      skipped: () => {},
      outOfRange: () => {},
      unreadable: () => {},
      failed: () => {},
    };
    const limits = { maxBatchRecords: 10, maxBatchBytes: 1_000 };
    const options = { group: 'g', topics: [topic], isolation: 'read_committed', ...limits } as const;
    this.member = new SimMember({ ...options, events }, wire);
  }

  join(): void {
    timeline.after(0, () => this.process.reach(() => void this.member.join()));
  }

  /** Whether the group takes a commit from it, of everything it was given. */
  async isHeard(): Promise<boolean> {
    let isTaken = false;
    const offsets = this.#places.map((place) => ({ ...place, offset: 0, metadata: '' }));
    const commit = () =>
      this.member.commit(offsets).then(
        () => {
          isTaken = true;
        },
        () => undefined,
      );
    timeline.after(0, () => this.process.reach(() => void commit()));
    await timeline.run(timeline.now + 100);
    return isTaken;
  }
}

const slow = { ...fairWeather, minMs: 500, maxMs: 500 };
const group = () => cluster.group('g');
const someTime = (ms: number) => timeline.run(timeline.now + ms);

describe('the simulated member', () => {
  test('that is expelled while it lets go joins under another id, and is heard', async () => {
    const one = new Seen(0);
    one.join();
    await someTime(1_000);
    one.letGoMs = 1_000;
    new Seen(1).join();
    // It has begun to let go, and hears that it is expelled before it is done.
    await someTime(300);
    group().expel('p0-1');
    await someTime(4_000);
    expect(group().membersOf(one.process)).toEqual(['p0-3']);
    expect(await one.isHeard()).toBe(true);
  });

  test('that is expelled behind the answer to its join joins again as somebody whom the group does not know', async () => {
    const one = new Seen(0);
    network.weather = slow;
    one.join();
    // The answer has left; word of the expulsion overtakes it.
    await timeline.run(timeline.now + 1_000, () => group().generation === 1);
    network.weather = fairWeather;
    group().expel('p0-1');
    await someTime(2_000);
    expect(one.epochs).toEqual([1, 2]);
    expect(one.known).toEqual([false, false]);
    expect(await one.isHeard()).toBe(true);
  });

  test('that was expelled behind a lost answer is heard, when word of that comes while it joins again', async () => {
    const one = new Seen(0);
    network.weather = { ...slow, loseAnswer: 1 };
    one.join();
    await timeline.run(timeline.now + 1_000, () => group().generation === 1);
    network.weather = slow;
    heldBack = [];
    group().expel('p0-1');
    // The next answer has left, and is slower than the word that is let out now.
    await timeline.run(timeline.now + 9_000, () => group().generation === 2);
    network.weather = fairWeather;
    const words = heldBack;
    heldBack = null;
    for (const say of words) say();
    await someTime(5_000);
    expect(one.epochs).toEqual([2]);
    expect(await one.isHeard()).toBe(true);
  });
});

describe('the simulated group', () => {
  test('expels those who have not joined in time, and none of those who have', async () => {
    const late = new Seen(0);
    const quick = [new Seen(1), new Seen(2)];
    for (const one of [late, ...quick]) one.join();
    await someTime(1_000);
    late.letGoMs = 10_000;
    new Seen(3).join();
    const members = () => quick.flatMap(({ process }) => group().membersOf(process));
    const before = members();
    await someTime(habits.rebalanceTimeoutMs + 1_000);
    expect(members()).toEqual(before);
    expect(group().membersOf(late.process)).toEqual([]);
  });

  test('does not take an id again that it has expelled', () => {
    const { process } = new Seen(0);
    const memberId = group().newMemberId(process);
    const answers: unknown[] = [];
    const held = { generation: -1, partitions: [] };
    const join = () =>
      group().join({ memberId, topics: [topic], held, process, notice: () => {} }, (answer) =>
        answers.push(answer),
      );
    join();
    group().expel(memberId);
    join();
    expect(answers).toEqual([
      { value: expect.objectContaining({ memberId }) },
      { error: expect.objectContaining({ type: 'UNKNOWN_MEMBER_ID' }) },
    ]);
  });
});
