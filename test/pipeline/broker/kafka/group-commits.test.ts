import { describe, expect, test } from 'vitest';
import type { Coordinator } from '../../../../pipeline/broker/kafka/coordinator.ts';
import { type Grant, GroupCommits } from '../../../../pipeline/broker/kafka/group-commits.ts';
import type { CommitRequest } from '../../../../pipeline/broker/kafka/kafkajs-insides.ts';
import { gate } from '../../../support/recording-member.ts';

const commitOf = (offset: number) => ({ topic: 't', partition: 0, offset, metadata: '' });

describe('GroupCommits', () => {
  /** What the coordinator was asked to commit, as generation and offset. */
  const asked: string[] = [];
  let answer = async (): Promise<void> => {};
  const coordinator: Pick<Coordinator, 'commit'> = {
    commit: async ({ groupGenerationId, topics }: CommitRequest) => {
      asked.push(`${groupGenerationId}: ${topics[0]?.partitions[0]?.offset}`);
      await answer();
    },
  };
  const grant = (generation: number, lanes: readonly string[] = ['t/0']): Grant => ({
    membership: { groupId: 'g', groupGenerationId: generation, memberId: 'm' },
    // The one call it makes is all that it needs of it.
    coordinator: coordinator as Coordinator,
    lanes: new Set(lanes),
  });

  test('a commit that waits for its turn is made under the grant it was issued under', async () => {
    asked.length = 0;
    const held = gate();
    answer = () => held.passed;
    const commits = new GroupCommits();
    const first = commits.commit(grant(2), [commitOf(1)]);
    const second = commits.commit(grant(2), [commitOf(2)]);
    const ofTheNext = commits.commit(grant(4), [commitOf(9)]);
    held.open();
    await Promise.all([first, second, ofTheNext]);
    expect(asked).toEqual(['2: 1', '2: 2', '4: 9']);
  });

  describe('what is committed', () => {
    const witness = { topic: 'w', partition: 0 };
    const place = { topic: 't', partition: 0 };

    /** A coordinator that shows one of these at each look, each as the offsets of `t/0` and of the witness. */
    function showing(looks: readonly (readonly [string, string])[]): { grant: Grant; looks: () => number } {
      let taken = 0;
      const shows: Pick<Coordinator, 'commit' | 'committed'> = {
        commit: coordinator.commit,
        committed: async (requested) => {
          expect(requested).toEqual([
            { topic: 't', partitions: [{ partition: 0 }] },
            { topic: 'w', partitions: [{ partition: 0 }] },
          ]);
          const [offset, sign] = looks[Math.min(taken, looks.length - 1)] ?? ['-1', '-1'];
          taken += 1;
          const shown = (topic: string, at: string) => ({
            topic,
            partitions: [{ partition: 0, offset: at, metadata: at === '-1' ? null : `m${at}` }],
          });
          return { responses: [shown('t', offset), shown('w', sign)] };
        },
      };
      return { grant: { ...grant(5), coordinator: shows as Coordinator }, looks: () => taken };
    }

    test('is asked again while the answer is older than this generation (H26)', async () => {
      answer = async () => {};
      asked.length = 0;
      const shown = showing([
        ['-1', '-1'],
        ['8', '4'],
        ['9', '5'],
      ]);
      const found = await new GroupCommits().committed(shown.grant, [place], witness);
      expect(found).toEqual([{ offset: 9, metadata: 'm9' }]);
      expect([shown.looks(), asked]).toEqual([3, ['5: 5']]);
    });

    test('is believed when a later generation has left its sign, and nothing is nothing then', async () => {
      const shown = showing([['-1', '6']]);
      expect(await new GroupCommits().committed(shown.grant, [place], witness)).toEqual([null]);
      expect(shown.looks()).toBe(1);
    });

    test('is not asked of partitions outside of the grant', async () => {
      const shown = showing([['1', '5']]);
      const refused = { code: 'broker.illegal-generation' };
      const commits = new GroupCommits();
      await expect(commits.committed(shown.grant, [witness], witness)).rejects.toMatchObject(refused);
      await expect(commits.committed(null, [place], witness)).rejects.toMatchObject(refused);
      expect(shown.looks()).toBe(0);
    });
  });

  test('without a grant, or for a partition outside of it, nothing is asked', async () => {
    asked.length = 0;
    const commits = new GroupCommits();
    const refused = { code: 'broker.illegal-generation' };
    await expect(commits.commit(null, [commitOf(1)])).rejects.toMatchObject(refused);
    await expect(commits.commit(grant(2, ['t/1']), [commitOf(1)])).rejects.toMatchObject(refused);
    expect(asked).toEqual([]);
  });
});
