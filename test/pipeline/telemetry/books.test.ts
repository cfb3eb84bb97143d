import { expect, test } from 'vitest';
import { loadConfig } from '../../../pipeline/config/index.ts';
import { alertsIn, openVirtualRun } from '../../../pipeline/replay/index.ts';
import { openMetrics } from '../../../pipeline/telemetry/index.ts';

const noon = Date.UTC(2026, 0, 1, 12);

/** Repeats, several names, and some that are no alerts. */
const bodies = Array.from({ length: 200 }, (_, index) => {
  if (index % 50 === 7) return 'no JSON';
  const observedAt = new Date(noon + index * 1_000).toISOString();
  return JSON.stringify({ name: `Alert ${index % 9}`, labels: { host: `h-${index % 4}` }, observedAt });
});

test('what is scraped adds up: alerts that entered are alerts by outcome, once all windows are closed', async () => {
  const config = await loadConfig({ env: {}, readFile: () => Buffer.alloc(0) });
  const observers = { read: [], onSeen: () => {}, onAssigned: () => {} };
  const graphs = ['reduce', 'relate'] as const;
  const partitions = { rawPartitions: 2, reducedPartitions: 2 };
  const options = { operators: config, settings: config.worker, graphs, ...partitions, tickMs: 10_000 };
  const run = await openVirtualRun(options, observers);
  const metrics = openMetrics(() => {
    const counts = run.worker.counts();
    const worker = {
      ...{ ...counts, entered: alertsIn(counts), held: run.worker.held, owned: run.worker.owned },
      ...{ lags: new Map<string, number>(), neighbours: [], troubles: {} },
    };
    return { worker, isReady: run.worker.isReady };
  });
  const arrivals = bodies.map((body, index) => ({ at: noon + index * 1_000, value: Buffer.from(body) }));
  const at = (index: number) => arrivals[index] ?? { at: 0, value: Buffer.alloc(0) };
  await run.drive({ length: arrivals.length, at });

  const { text } = await metrics.render();
  const sample = (name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`${name} `))
        ?.split(' ')[1],
    );
  const outcomes = ['passed', 'folded', 'suppressed', 'dead-lettered'];
  const counts = outcomes.map((outcome) => sample(`tocsin_alerts_total{outcome="${outcome}"}`));
  expect(sample('tocsin_alerts_entered_total')).toBe(bodies.length);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(bodies.length);
  expect(counts[3]).toBe(4);
  expect(sample('tocsin_ready')).toBe(1);
  await run.close();
  expect((await metrics.render()).text).toContain('\ntocsin_ready 0\n');
});
