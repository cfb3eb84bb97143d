import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Consumer } from '../../../pipeline/broker/index.ts';
import type { ClickHouseWarehouse, Insert, Warehouse } from '../../../pipeline/warehouse/index.ts';
import { ChdbBench, chdbMissing } from './chdb-bench.ts';
import { SinkBench } from './sink-bench.ts';
import { alertOf, decisionOf } from './values.ts';

/** Where a process dies: around the n-th effect (commit or insert) of its life, before it or with its answer lost. */
interface Crash {
  readonly effect: number;
  readonly side: 'before' | 'after';
}

/** Counts effects, and lets one of them hang for ever, as for a process that is gone. */
class Fuse {
  readonly #crash: Crash | null;
  readonly blown: Promise<void>;
  #blow: () => void = () => undefined;
  #effects = 0;
  #isBlown = false;

  constructor(crash: Crash | null) {
    this.#crash = crash;
    this.blown = new Promise((resolve) => {
      this.#blow = resolve;
    });
  }

  async through<T>(act: () => Promise<T>): Promise<T> {
    const effect = this.#effects;
    this.#effects += 1;
    const isLast = effect === this.#crash?.effect;
    if (this.#isBlown || (isLast && this.#crash?.side === 'before')) return this.#die();
    const result = await act();
    return isLast ? this.#die() : result;
  }

  #die<T>(): Promise<T> {
    this.#isBlown = true;
    this.#blow();
    return new Promise(() => undefined);
  }
}

class FusedWarehouse implements Warehouse {
  readonly #inner: Warehouse;
  readonly #fuse: Fuse;

  constructor(inner: Warehouse, fuse: Fuse) {
    this.#inner = inner;
    this.#fuse = fuse;
  }

  migrate = () => this.#inner.migrate();
  insert = (insert: Insert) => this.#fuse.through(() => this.#inner.insert(insert));
  query = <T>(sql: string) => this.#inner.query<T>(sql);
  close = () => this.#inner.close();
}

/** Outputs of 46 input records of shard 0, as a RELATE that crashed once wrote them: 12 to 19 appear twice. */
const origins = [...Array.from({ length: 20 }, (_, n) => n), ...Array.from({ length: 34 }, (_, n) => n + 12)];

describe.skipIf(chdbMissing !== null)(`a sink that dies ${chdbMissing ?? ''}`, () => {
  let engine: ChdbBench;
  let warehouse: ClickHouseWarehouse;
  let cases = 0;
  beforeAll(async () => {
    engine = await ChdbBench.open();
    warehouse = engine.warehouse();
    await warehouse.migrate();
  });
  afterAll(() => engine.close());

  /** One life of the sink: until its fuse blows, or until all that has been written is stored. */
  async function live(bench: SinkBench, crash: Crash | null, batchRows: number): Promise<void> {
    const fuse = new Fuse(crash);
    const fused = new FusedWarehouse(warehouse, fuse);
    const { sink, consumer } = await bench.start(fused, { batchRows }, (made: Consumer) => {
      const commit = made.commitOffsets.bind(made);
      made.commitOffsets = (offsets) => fuse.through(() => commit(offsets));
    });
    await bench.broker.idle();
    await Promise.race([sink.flush(), fuse.blown]);
    bench.broker.expireSession(consumer);
    await bench.broker.idle();
  }

  /** Dies as told, more being written before each new life, then lives on; what the warehouse holds in the end. */
  async function survive(crashes: readonly Crash[]) {
    // A partition of its own keeps the tokens of a case apart from those of the others, a tenant its rows.
    cases += 1;
    const partition = cases;
    const tenant = `case ${cases}`;
    const bench = await SinkBench.with(cases + 1);
    const chunk = Math.ceil(origins.length / (crashes.length + 1));
    for (const [n, crash] of [...crashes, null].entries()) {
      const written = origins.slice(n * chunk, (n + 1) * chunk);
      const from = (offset: number, at: number) => ({ tenant, origin: { shard: partition, offset, n: at } });
      const alerts = written.map((offset) => alertOf(from(offset, 0)));
      const decisions = written.map((offset) => decisionOf(from(offset, 1)));
      await bench.produce('enriched', alerts, partition);
      await bench.produce('decisions', decisions, partition);
      // Batches of another size in each life: only the committed plan can make the ranges equal.
      await live(bench, crash, 10 - n);
    }
    const [found] = await warehouse.query(
      `SELECT
        (SELECT count() FROM {db}.alerts WHERE tenant = {tenant:String}) AS alerts,
        (SELECT uniqExact(origin_offset) FROM {db}.alerts WHERE tenant = {tenant:String}) AS different_alerts,
        (SELECT sum(outputs) FROM {db}.alerts_hourly WHERE tenant = {tenant:String}) AS outputs,
        (SELECT count() FROM {db}.decisions WHERE tenant = {tenant:String}) AS decisions,
        (SELECT sum(alerts) FROM {db}.decisions_hourly WHERE tenant = {tenant:String}) AS accounted_for`,
      { tenant },
    );
    return found;
  }

  const exact = { alerts: 46, different_alerts: 46, outputs: 46, decisions: 46, accounted_for: 46 };

  test('not at all stores each output once', async () => {
    expect(await survive([])).toEqual(exact);
  });

  // Plan, insert, end: three effects for each of the first batches of two partitions. Dying before the next effect
  // leaves the same behind as dying after this one.
  const places: readonly Crash[] = [
    { effect: 0, side: 'before' },
    ...Array.from({ length: 12 }, (_, effect) => ({ effect, side: 'after' as const })),
  ];
  test.each(places)('once, $side effect $effect, has each output stored once', async (crash) => {
    expect(await survive([crash])).toEqual(exact);
  });

  test('again and again, wherever it is, has each output stored once', async () => {
    const crash = fc.record({
      effect: fc.nat({ max: 8 }),
      side: fc.constantFrom('before' as const, 'after' as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(crash, { minLength: 2, maxLength: 6 }), async (crashes) => {
        expect(await survive(crashes)).toEqual(exact);
      }),
      { numRuns: 10 },
    );
  });
});
