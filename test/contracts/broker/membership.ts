import { describe, expect, test } from 'vitest';
import { gate } from '../../support/recording-member.ts';
import type { Bench } from './bench.ts';

export function rebalanceCases(bench: Bench): void {
  describe('rebalance', () => {
    test('a member that joins gets its share, after the old owner was revoked', async () => {
      const topic = await bench().topic({ partitions: 4 });
      const entries: string[] = [];
      const first = await bench()
        .member(topic, { journal: { who: 'first', entries } })
        .start();
      expect(first.assignment.partitions).toEqual([0, 1, 2, 3]);
      const second = await bench()
        .member(topic, { journal: { who: 'second', entries } })
        .start();
      await first.until(() => first.assignment.partitions.length === 2);
      await second.until(() => second.assignment.partitions.length === 2);
      const shares = [...first.assignment.partitions, ...second.assignment.partitions];
      expect(shares.sort()).toEqual([0, 1, 2, 3]);
      expect(entries.indexOf('first revoked')).toBeLessThan(entries.indexOf('second assigned'));
      expect(first.happenings).toContainEqual({
        kind: 'revoked',
        partitions: [0, 1, 2, 3],
        epoch: expect.anything(),
      });
    });

    test('a member that leaves gives its partitions to the others', async () => {
      const topic = await bench().topic({ partitions: 4 });
      const first = await bench().member(topic).start();
      const second = await bench().member(topic).start();
      await first.until(() => first.assignment.partitions.length === 2);
      await second.consumer.stop();
      await first.until(() => first.assignment.partitions.length === 4);
      await bench().send(topic, ['x'], { partition: 3 });
      await first.until(() => first.values.includes('x'));
    });

    test('the epoch grows with every assignment, and batches carry the one they were fetched under', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const first = await bench().member(topic).start();
      const before = first.assignment.epoch;
      const second = await bench().member(topic).start();
      await first.until(() => first.assignment.epoch > before);
      expect(first.assignment.epoch).toBe(second.assignment.epoch);
      await bench().send(topic, ['x'], { partition: 0 });
      await bench().send(topic, ['x'], { partition: 1 });
      for (const member of [first, second]) {
        await member.until(() => member.batches.length > 0);
        expect(member.batches.map(({ epoch }) => epoch)).toEqual([member.assignment.epoch]);
      }
    });

    test('commits made in onRevoked count, and the next owner starts there', async () => {
      const topic = await bench().topic();
      await bench().send(topic, ['a', 'b', 'c']);
      const first = bench().member(topic, {
        handlers: {
          onRevoked: () =>
            first.consumer.commitOffsets([{ topic, partition: 0, offset: 2, metadata: 'let go' }]),
        },
      });
      await first.start();
      await first.until(() => first.records.length === 3);
      await first.consumer.stop();
      const second = await bench().member(topic).start();
      await second.until(() => second.records.length === 1);
      expect(second.values).toEqual(['c']);
    });

    test('a member that stays keeps what balance allows', async () => {
      const topic = await bench().topic({ partitions: 4 });
      const first = await bench().member(topic).start();
      const second = await bench().member(topic).start();
      await first.until(() => first.assignment.partitions.length === 2);
      const shares = [first.assignment.partitions, second.assignment.partitions];
      const third = await bench().member(topic).start();
      await first.until(() => first.assignment.epoch === third.assignment.epoch);
      await second.until(() => second.assignment.epoch === third.assignment.epoch);
      for (const [i, member] of [first, second].entries()) {
        const kept = member.assignment.partitions.filter((partition) => shares[i]?.includes(partition));
        expect(kept).toEqual(member.assignment.partitions);
      }
    });

    test('a rebalance waits for the batch in flight, and nothing of the old assignment comes after it', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const held = gate();
      const order: string[] = [];
      const first = bench().member(topic, {
        maxBatchRecords: 1,
        handlers: {
          onBatch: async ({ epoch }) => {
            order.push(`batch of ${epoch}`);
            if (order.length === 1) await held.passed;
          },
          onRevoked: async (_revoked, epoch) => {
            order.push(`revoked ${epoch}`);
          },
        },
      });
      await bench().send(topic, ['a', 'b', 'c'], { partition: 0 });
      await first.start();
      const { epoch } = first.assignment;
      await first.until(() => first.records.length === 1);
      const second = bench().member(topic);
      const joined = second.start();
      held.open();
      await joined;
      await first.until(() => first.assignment.epoch > epoch);
      const revoked = order.indexOf(`revoked ${epoch}`);
      expect(revoked).toBeGreaterThan(0);
      expect(order.slice(revoked)).not.toContain(`batch of ${epoch}`);
    });

    test('members of one group may read different topics', async () => {
      const [one, two] = [await bench().topic(), await bench().topic({ partitions: 2 })];
      const first = await bench().member(one).start();
      const second = await bench().member(two).start();
      await bench().send(one, ['a']);
      await bench().send(two, ['b'], { partition: 1 });
      await second.until(() => second.values.includes('b'));
      await first.until(() => first.values.includes('a'));
      expect(second.assignment.partitions).toEqual([0, 1]);
    });

    test('each assignment begins without pauses', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const first = await bench().member(topic).start();
      first.consumer.pause([
        { topic, partition: 0 },
        { topic, partition: 1 },
      ]);
      const second = await bench().member(topic).start();
      await first.until(() => first.assignment.epoch === second.assignment.epoch);
      await second.consumer.stop();
      await first.until(() => first.assignment.partitions.length === 2);
      await bench().send(topic, ['a'], { partition: 0 });
      await bench().send(topic, ['b'], { partition: 1 });
      await first.until(() => first.records.length === 2);
    });

    test('a member cannot commit for a partition that it does not have', async () => {
      const topic = await bench().topic({ partitions: 2 });
      const first = await bench().member(topic).start();
      const second = await bench().member(topic).start();
      await first.until(() => first.assignment.epoch === second.assignment.epoch);
      const [partition = -1] = second.assignment.partitions;
      const commit = { topic, partition, offset: 0, metadata: 'foreign' };
      await expect(first.consumer.commitOffsets([commit])).rejects.toMatchObject({
        code: 'broker.illegal-generation',
      });
      await second.consumer.commitOffsets([{ ...commit, metadata: 'own' }]);
    });

    test('more members than partitions leaves some without, and they take over when others leave', async () => {
      const topic = await bench().topic();
      const first = await bench().member(topic).start();
      const second = await bench().member(topic).start();
      await first.until(() => first.assignment.epoch === second.assignment.epoch);
      const [owner, spare] = first.assignment.partitions.length === 1 ? [first, second] : [second, first];
      expect(spare.assignment.partitions).toEqual([]);
      await owner.consumer.stop();
      await spare.until(() => spare.assignment.partitions.length === 1);
    });
  });
}

export function endingCases(bench: Bench): void {
  describe('ending', () => {
    test('stop finishes the batch in flight, then revokes, then nothing more comes', async () => {
      const topic = await bench().topic();
      const held = gate();
      const order: string[] = [];
      const member = bench().member(topic, {
        maxBatchRecords: 1,
        handlers: {
          onBatch: async () => {
            await held.passed;
            order.push('batch done');
          },
          onRevoked: async () => {
            order.push('revoked');
          },
        },
      });
      await bench().send(topic, ['a', 'b']);
      await member.start();
      await member.until(() => member.records.length === 1);
      const stopped = member.consumer.stop().then(() => order.push('stopped'));
      held.open();
      await stopped;
      expect(order).toEqual(['batch done', 'revoked', 'stopped']);
      expect(member.values).toEqual(['a']);
      expect(member.failures).toEqual([]);
    });

    test('a consumer whose onBatch rejects reports it, stops, and its partition goes to another member', async () => {
      const topic = await bench().topic();
      const broken = bench().member(topic, {
        handlers: {
          onBatch: async () => {
            throw new Error('cannot go on');
          },
        },
      });
      await broken.start();
      await bench().send(topic, ['a', 'b']);
      await broken.until(() => broken.failures.length > 0);
      expect(broken.failures.map(({ message }) => message)).toEqual(['cannot go on']);
      const successor = await bench().member(topic).start();
      await successor.until(() => successor.records.length === 2);
      expect(broken.batches).toHaveLength(1);
      expect(successor.values).toEqual(['a', 'b']);
    });

    test('stopping twice, or before the start, does no harm', async () => {
      const topic = await bench().topic();
      const never = bench().member(topic);
      await never.consumer.stop();
      const member = await bench().member(topic).start();
      await Promise.all([member.consumer.stop(), member.consumer.stop()]);
      expect(member.happenings.filter(({ kind }) => kind === 'revoked')).toHaveLength(1);
    });
  });
}
