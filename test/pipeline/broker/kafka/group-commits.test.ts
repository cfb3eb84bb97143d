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

  test('without a grant, or for a partition outside of it, nothing is asked', async () => {
    asked.length = 0;
    const commits = new GroupCommits();
    const refused = { code: 'broker.illegal-generation' };
    await expect(commits.commit(null, [commitOf(1)])).rejects.toMatchObject(refused);
    await expect(commits.commit(grant(2, ['t/1']), [commitOf(1)])).rejects.toMatchObject(refused);
    expect(asked).toEqual([]);
  });
});
