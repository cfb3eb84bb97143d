import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ProduceRecord } from '../../../pipeline/broker/index.ts';
import { frame } from '../../../pipeline/registry/index.ts';
import { type ControlledShard, ControlTail } from '../../../pipeline/worker/control-tail.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { type Control, controlKey, maxControlBytes } from '../../../schemas/control.ts';
import { TocsinError } from '../../../schemas/errors.ts';
import { topics } from '../../../schemas/topics.ts';
import { AskedRegistry } from '../../support/asked-registry.ts';
import { laterVersionOf } from '../../support/later-version.ts';
import { type ShardBench, shardBench } from '../../support/shard-bench.ts';

const silence = (id: string, comment = '', tenant = 'acme'): Control => ({
  ...{ kind: 'silence', id, tenant, createdBy: 'ada', comment },
  ...{ matchers: [], startsAt: 1, endsAt: 2 },
});

/** A shard as the tail sees it: it notes what its log is given. */
class Shard implements ControlledShard {
  readonly place;
  readonly shard = { controlMark: -1 };
  readonly log: string[] = [];
  readonly places: unknown[] = [];
  isReleased = false;

  constructor(partition: number) {
    this.place = { topic: topics.reduced.name, partition };
  }
  async exclusively(task: () => Promise<void>): Promise<void> {
    if (!this.isReleased) await task();
  }
  async send(records: readonly ProduceRecord[]): Promise<void> {
    for (const { value, topic, partition } of records) {
      const copy = codecs.reduced.decode(value ?? new Uint8Array(), 5);
      if (copy.kind === 'control')
        this.log.push(`${copy.index} ${copy.control.id} ${copy.control.comment}`.trim());
      this.places.push({ topic, partition });
    }
  }
}

describe('ControlTail', () => {
  let registry: AskedRegistry;
  let bench: ShardBench;
  let tail: ControlTail;
  let shards: Shard[];
  let failures: Error[];
  beforeEach(async () => {
    registry = new AskedRegistry();
    bench = await shardBench({ registry });
    shards = [new Shard(0), new Shard(1)];
    failures = [];
    const onFailure = (error: Error) => failures.push(error);
    tail = new ControlTail({ around: bench.around, shards: () => shards, onFailure });
  });
  afterEach(async () => {
    await tail.stop();
    await bench.broker.close();
  });

  const give = async (
    ...controls: readonly (Control | readonly [key: string, value: Uint8Array | null])[]
  ) => {
    const records = controls.map((control) => {
      const [key, value] =
        'id' in control
          ? [controlKey(control), codecs.control.encodeFramed(bench.around.schemaIds.control, control)]
          : control;
      return { topic: topics.control.name, partition: 0, key: Buffer.from(key), value };
    });
    await bench.broker.producer().send(records);
    await bench.broker.idle();
  };
  const start = async () => {
    await tail.start();
    await bench.broker.idle();
  };

  test('copies what was given before and after it started, with its index, into each shard’s own log', async () => {
    await give(silence('a'));
    await start();
    await give(silence('b'));
    for (const shard of shards) {
      expect(shard.log).toEqual(['0 a', '1 b']);
      expect(shard.places).toEqual([shard.place, shard.place]);
    }
  });

  test('gives a shard nothing at or below its mark', async () => {
    shards = [new Shard(0)];
    if (shards[0]) shards[0].shard.controlMark = 1;
    await give(silence('a'), silence('b'), silence('c'));
    await start();
    expect(shards[0]?.log).toEqual(['2 c']);
  });

  test('gives nothing twice while the shard has not read it back', async () => {
    await start();
    await give(silence('a'));
    await tail.copy();
    await tail.copy();
    expect(shards[0]?.log).toEqual(['0 a']);
  });

  test('controls of two tenants under one id are two controls', async () => {
    await start();
    await give(silence('a', 'ours'), silence('a', 'theirs', 'globex'));
    const late = new Shard(1);
    shards = [late];
    await tail.copy();
    expect(late.log).toEqual(['0 a ours', '1 a theirs']);
  });

  test('gives a shard that was acquired later the newest of each id, in the order of their indexes', async () => {
    await start();
    await give(silence('a', 'first'), silence('b'), silence('a', 'second'));
    const late = new Shard(1);
    shards = [late];
    await tail.copy();
    expect(late.log).toEqual(['1 b', '2 a second']);
  });

  test('what is read again, after the group’s place was lost, takes nothing newer back', async () => {
    shards = [];
    const around = { ...bench.around, settings: { ...bench.around.settings, batchRecords: 1 } };
    const other = new ControlTail({ around, shards: () => [], onFailure: (error) => failures.push(error) });
    await tail.stop();
    tail = new ControlTail({ around, shards: () => shards, onFailure: (error) => failures.push(error) });
    await give(silence('a', 'old'), silence('a', 'new'), silence('b'));
    await start();
    const acquired = new Shard(0);
    acquired.shard.controlMark = 0;
    shards = [acquired];
    // Another member of the group comes and goes, as after an expulsion.
    await other.start();
    await bench.broker.idle();
    await other.stop();
    await bench.broker.idle();
    await tail.copy();
    expect(acquired.log).toEqual(['1 a new', '2 b']);
    expect(failures).toEqual([]);
  });

  test('gives nobody what was taken off the topic', async () => {
    await start();
    await give(silence('a'), silence('b'), ['acme/a', null]);
    const late = new Shard(1);
    shards = [late];
    await tail.copy();
    expect(late.log).toEqual(['1 b']);
  });

  test('reports what it cannot read, and goes on', async () => {
    await start();
    await give(['x', Buffer.from('no control')], silence('b'));
    expect(bench.troubles).toEqual(['control-undecodable']);
    expect(shards[0]?.log).toEqual(['1 b']);
  });

  test('passes over one that is too large to be repeated, and what it was to replace stays', async () => {
    const large = (id: string, bytes: number): Control => {
      const empty =
        codecs.control.encodeFramed(bench.around.schemaIds.control, silence(id, 'x'.repeat(40_000))).length -
        40_000;
      return silence(id, 'x'.repeat(bytes - empty));
    };
    await start();
    await give(silence('a', 'first'), large('a', maxControlBytes + 1), large('b', maxControlBytes));
    const late = new Shard(1);
    shards.push(late);
    await tail.copy();
    const brief = late.log.map((line) => line.slice(0, 9));
    expect(brief).toEqual(['0 a first', '2 b xxxxx']);
    expect(shards[0]?.log).toEqual(late.log);
    expect(bench.troubles).toEqual(['control-too-large']);
  });

  test('reads what a later version wrote', async () => {
    const { write } = await laterVersionOf(codecs.control, registry);
    await give(['a', write(silence('a'))], silence('b'));
    await start();
    expect(shards[0]?.log).toEqual(['0 a', '1 b']);
    expect(bench.troubles).toEqual([]);
  });

  test('waits for the registry where it needs it, and loses nothing', async () => {
    const { write } = await laterVersionOf(codecs.control, registry);
    registry.failure = new TocsinError('registry.unavailable', 'connection refused');
    await give(silence('a'), ['b', write(silence('b'))]);
    await start();
    expect([shards[0]?.log, bench.troubles]).toEqual([[], ['shard-waits']]);
    registry.failure = null;
    bench.clock.advanceTo(bench.clock.now() + 1_000);
    await bench.broker.idle();
    expect(shards[0]?.log).toEqual(['0 a', '1 b']);
    expect(failures).toEqual([]);
  });

  test('reports a control whose schema nobody knows, and goes on', async () => {
    await start();
    await give(['x', frame(99, Buffer.from('?'))], silence('b'));
    expect(bench.troubles).toEqual(['control-undecodable']);
    expect(shards[0]?.log).toEqual(['1 b']);
  });

  test('leaves released shards alone', async () => {
    for (const shard of shards) shard.isReleased = true;
    await start();
    await give(silence('a'));
    expect(shards.flatMap(({ log }) => log)).toEqual([]);
  });

  test('fails when a shard’s log cannot be written: a silence that never acts must not go unseen', async () => {
    await start();
    const [shard] = shards;
    if (shard) shard.send = () => Promise.reject(new Error('the broker is away'));
    await give(silence('a'));
    expect(failures.map(({ message }) => message)).toEqual(['the broker is away']);
  });
});
