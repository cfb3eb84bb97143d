import { beforeEach, describe, expect, test } from 'vitest';
import { EmbeddedBroker } from '../../../pipeline/broker/index.ts';
import { VirtualClock } from '../../../pipeline/time/index.ts';
import { BrokerBench } from '../../contracts/broker/bench.ts';
import { gate } from '../../support/recording-member.ts';

/** Lets everything run that does not wait for a handler or the clock. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const refused = { code: 'broker.illegal-generation' };

describe('members presumed dead', () => {
  let clock: VirtualClock;
  let broker: EmbeddedBroker;
  let bench: BrokerBench;
  let topic: string;
  beforeEach(async () => {
    clock = new VirtualClock(1_700_000_000_000);
    broker = new EmbeddedBroker({ clock, sessionTimeoutMs: 10_000 });
    bench = new BrokerBench(broker);
    topic = await bench.topic();
  });

  const commit = (offset: number) => [{ topic, partition: 0, offset, metadata: '' }];

  /** A member that hangs in its first batch until `held` opens, and a second one that waits for its chance. */
  async function hanging() {
    const held = gate();
    const zombie = await bench.member(topic, { handlers: { onBatch: () => held.passed } }).start();
    await bench.send(topic, ['a', 'b']);
    await zombie.until(() => zombie.records.length === 2);
    return { held, zombie, successor: bench.member(topic) };
  }

  test('an expired session: the successor gets the partition at once, while the zombie still works', async () => {
    const { held, zombie, successor } = await hanging();
    broker.expireSession(zombie.consumer);
    await successor.start();
    await successor.until(() => successor.records.length === 2);
    await successor.consumer.commitOffsets(commit(2));
    expect(zombie.failures).toEqual([]);
    held.open();
    await broker.idle();
    expect(zombie.failures).toMatchObject([{ code: 'broker.session-expired' }]);
  });

  test('a zombie’s commits are refused, before and after its batch ends', async () => {
    const { held, zombie, successor } = await hanging();
    broker.expireSession(zombie.consumer);
    await expect(zombie.consumer.commitOffsets(commit(1))).rejects.toMatchObject(refused);
    await successor.start();
    await successor.consumer.commitOffsets(commit(2));
    held.open();
    await broker.idle();
    await expect(zombie.consumer.commitOffsets(commit(1))).rejects.toMatchObject(refused);
    expect((await broker.admin.committed(bench.group, { topic, partition: 0 }))?.offset).toBe(2);
  });

  test('a zombie is handed nothing more and is not asked to let go', async () => {
    const { held, zombie } = await hanging();
    broker.expireSession(zombie.consumer);
    await bench.send(topic, ['c']);
    held.open();
    await broker.idle();
    expect(zombie.happenings.map(({ kind }) => kind)).toEqual(['assigned', 'batch', 'failed']);
  });

  test('a member that does not let go within the session timeout is presumed dead', async () => {
    const { held, zombie, successor } = await hanging();
    const started = successor.start();
    await settled();
    expect(clock.nextDue()).toBe(clock.now() + 10_000);
    clock.advanceTo(clock.now() + 9_999);
    await settled();
    expect(successor.happenings).toEqual([]);
    clock.advanceTo(clock.now() + 1);
    await started;
    expect(successor.assignment.partitions).toEqual([0]);
    await expect(zombie.consumer.commitOffsets(commit(1))).rejects.toMatchObject(refused);
    held.open();
    await broker.idle();
    expect(zombie.failures).toMatchObject([{ code: 'broker.session-expired' }]);
  });

  test('an orderly rebalance leaves no timer behind', async () => {
    await bench.member(topic).start();
    await bench.member(topic).start();
    await broker.idle();
    expect(clock.nextDue()).toBeNull();
  });

  test('a zombie’s progress does not free what its successor has yet to read', async () => {
    const consumed = new EmbeddedBroker({ clock, retain: 'consumed' });
    const own = new BrokerBench(consumed);
    const name = await own.topic();
    const held = gate();
    const zombie = await own.member(name, { handlers: { onBatch: () => held.passed } }).start();
    await own.send(name, ['a', 'b']);
    await zombie.until(() => zombie.records.length === 2);
    consumed.expireSession(zombie.consumer);
    held.open();
    await consumed.idle();
    const successor = await own.member(name).start();
    await consumed.idle();
    expect(successor.values).toEqual(['a', 'b']);
  });

  test('a member whose handlers reject in a rebalance leaves and reports it, the others go on', async () => {
    const handlers = { onRevoked: () => Promise.reject(new Error('cannot let go')) };
    const broken = await bench.member(topic, { handlers }).start();
    const other = await bench.member(topic).start();
    await broker.idle();
    expect(broken.failures.map(({ message }) => message)).toEqual(['cannot let go']);
    expect(other.assignment.partitions).toEqual([0]);
  });

  test('a member that cannot take its assignment leaves and reports it', async () => {
    const handlers = { onAssigned: () => Promise.reject(new Error('cannot restore')) };
    const broken = await bench.member(topic, { handlers }).start();
    await bench.send(topic, ['a']);
    await broker.idle();
    expect(broken.happenings.map(({ kind }) => kind)).toEqual(['assigned', 'failed']);
  });
});
