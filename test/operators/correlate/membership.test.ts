import { describe, expect, it } from 'vitest';
import { config } from './joining.ts';
import { alertOf, bench, minuteMs, secondMs } from './tellings.ts';

describe('what is told of a membership', () => {
  it('the opener is certain, a joiner names its reasons, and they sum to at most its confidence', () => {
    const { tell } = bench(config);
    const opener = tell(alertOf({ service: 'db', name: 'DiskFull', labels: { host: 'h' } }));
    expect(opener.incident).toMatchObject({
      generation: 1,
      confidence: 1,
      contributions: [{ name: 'opener', weight: 1 }],
    });
    const joiner = tell(
      alertOf({ service: 'checkout', name: 'Slow', labels: { host: 'h' }, from: 10 * secondMs }),
    );
    const { confidence = 0, contributions = [] } = joiner.incident ?? {};
    expect(contributions.map(({ name }) => name)).toEqual(['temporal', 'topology', 'labels']);
    expect(contributions.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(confidence + 1e-9);
    expect(confidence).toBeGreaterThan(0.55);
  });

  it('a later telling repeats the same reasons', () => {
    const { tell, end } = bench(config);
    tell(alertOf({ service: 'db', name: 'DiskFull' }));
    const alert = alertOf({ service: 'checkout', name: 'Slow', from: secondMs });
    expect(end(alert, minuteMs).incident).toBeNull();
    const joined = tell(alert, minuteMs);
    expect(end(alert, 2 * minuteMs).incident).toEqual(joined.incident);
  });

  it('the incident names the types of evidence that took part', () => {
    const { tell, incidents } = bench(config);
    tell(alertOf({ service: 'db', name: 'DiskFull' }));
    expect(incidents()[0]?.types).toEqual([]);
    tell(alertOf({ service: 'checkout', name: 'Slow', from: secondMs }));
    expect(incidents()[0]?.types).toEqual(['temporal', 'topological']);
    tell(alertOf({ service: 'checkout', name: 'Slow', labels: { host: 'x' }, from: 2 * secondMs }));
    expect(incidents()[0]?.types).toEqual(['semantic', 'temporal', 'topological']);
  });

  it('each placement is noted with its numbers and accounts for no alert', () => {
    const { tell, driven } = bench(config);
    tell(alertOf({ service: 'db', name: 'DiskFull' }));
    tell(alertOf({ service: 'checkout', name: 'Slow', from: secondMs }));
    expect(driven.decisions).toMatchObject([
      { reason: 'opened', outcome: 'noted', count: 0, detail: { compared: '0' } },
      { reason: 'joined', outcome: 'noted', count: 0, detail: { compared: '1' } },
    ]);
    expect(Object.keys(driven.decisions[1]?.detail ?? {})).toEqual(
      expect.arrayContaining(['confidence', 'temporal', 'topology']),
    );
  });
});
