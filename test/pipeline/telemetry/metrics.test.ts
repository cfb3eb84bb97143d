import { describe, expect, test } from 'vitest';
import { type Measurable, type Measured, openMetrics } from '../../../pipeline/telemetry/index.ts';

const nothing: Measured = {
  stages: [],
  entered: 0,
  outcomes: { passed: 0, folded: 0, suppressed: 0, 'dead-lettered': 0 },
  rows: 0,
  timers: 0,
  shed: 0,
  held: 0,
  owned: [],
  lags: new Map(),
  neighbours: [],
  troubles: {},
};

const measuring = (over: Partial<Measured> = {}): Measurable => ({
  isReady: false,
  worker: { ...nothing, ...over },
});

/** The samples of a scrape, by name and labels as written. */
async function scrape(read: () => Measurable): Promise<Map<string, number>> {
  const { text } = await openMetrics(read).render();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

describe('metrics', () => {
  test('are what was counted', async () => {
    const worker: Measured = {
      stages: [{ graph: 'reduce', stage: 'normalize', in: 3, out: 5 }],
      entered: 9,
      outcomes: { passed: 1, folded: 5, suppressed: 2, 'dead-lettered': 1 },
      rows: 7,
      timers: 4,
      shed: 1,
      held: 6,
      owned: [
        { graph: 'reduce', isRunning: true },
        { graph: 'reduce', isRunning: true },
        { graph: 'reduce', isRunning: false },
      ],
      lags: new Map([['reduce', 12]]),
      neighbours: [
        { name: 'broker', isUp: true },
        { name: 'state', isUp: false },
      ],
      troubles: { 'state-away': 3, 'shard-lost': 0 },
    };
    const samples = await scrape(() => ({ isReady: true, worker }));
    expect(Object.fromEntries([...samples].filter(([name]) => !/process|nodejs/.test(name)))).toEqual({
      'tocsin_stage_events_total{graph="reduce",stage="normalize",direction="in"}': 3,
      'tocsin_stage_events_total{graph="reduce",stage="normalize",direction="out"}': 5,
      tocsin_alerts_entered_total: 9,
      'tocsin_alerts_total{outcome="passed"}': 1,
      'tocsin_alerts_total{outcome="folded"}': 5,
      'tocsin_alerts_total{outcome="suppressed"}': 2,
      'tocsin_alerts_total{outcome="dead-lettered"}': 1,
      tocsin_records_shed_total: 1,
      tocsin_state_rows: 7,
      tocsin_state_timers: 4,
      tocsin_warehouse_held_records: 6,
      'tocsin_assigned_partitions{graph="reduce",state="restored"}': 2,
      'tocsin_assigned_partitions{graph="reduce",state="restoring"}': 1,
      'tocsin_lag_records{graph="reduce"}': 12,
      'tocsin_neighbour_up{neighbour="broker"}': 1,
      'tocsin_neighbour_up{neighbour="state"}': 0,
      'tocsin_troubles_total{code="state-away"}': 3,
      'tocsin_troubles_total{code="shard-lost"}': 0,
      tocsin_ready: 1,
    });
  });

  test('tell outcomes that nothing had yet as zero, so that rates can be computed', async () => {
    const samples = await scrape(() => measuring());
    expect(samples.get('tocsin_alerts_total{outcome="suppressed"}')).toBe(0);
  });

  test('do not add up over scrapes: they are what the shards say now', async () => {
    const metrics = openMetrics(() => measuring({ entered: 3 }));
    await metrics.render();
    expect((await metrics.render()).text).toContain('\ntocsin_alerts_entered_total 3\n');
  });

  test('forget a partition that was given to somebody else', async () => {
    let owned = [{ graph: 'relate', isRunning: true }];
    const metrics = openMetrics(() => measuring({ owned, lags: new Map([['relate', owned.length]]) }));
    await metrics.render();
    owned = [];
    expect((await metrics.render()).text).not.toContain('graph="relate",state');
  });

  test('of the process are there before a worker is', async () => {
    const samples = await scrape(() => ({ isReady: false, worker: null }));
    expect(samples.get('tocsin_ready')).toBe(0);
    expect([...samples.keys()].some((name) => name.startsWith('tocsin_process_'))).toBe(true);
  });

  test('are read once per scrape, so that they belong together', async () => {
    let reads = 0;
    await scrape(() => {
      reads += 1;
      return measuring();
    });
    expect(reads).toBe(1);
  });

  test('all begin with our name, those of the process too', async () => {
    const names = [...(await scrape(() => measuring())).keys()];
    expect(names.some((name) => name.startsWith('tocsin_process_'))).toBe(true);
    expect(names.filter((name) => !name.startsWith('tocsin_'))).toEqual([]);
  });
});
