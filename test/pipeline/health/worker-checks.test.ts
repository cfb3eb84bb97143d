import { describe, expect, test } from 'vitest';
import { checkLines, isReady, type Looked, workerChecks } from '../../../pipeline/health/index.ts';

const running = (graph: string, count: number, isRunning = true) =>
  Array.from({ length: count }, () => ({ graph, isRunning, isBraked: false, trouble: null, refusal: null }));
const up = (name: string) => ({ name, isUp: true, since: 0, detail: '' });
const away = (name: string) => ({ name, isUp: false, since: 40_000, detail: 'refused' });
const stalled = (graph: string, topic: string) => ({
  ...{ graph, topic, partition: 2, handled: 17, end: 40, sinceMs: 61_000 },
});

const fine: Looked = {
  graphs: ['reduce', 'relate', 'warehouse'],
  owned: [...running('reduce', 2), ...running('relate', 2), ...running('warehouse', 10)],
  stalled: [],
  beats: [up('broker'), up('state'), up('registry'), up('warehouse')],
  now: 100_000,
};

test('a worker with which all is well says so line by line', () => {
  const checks = workerChecks(fine);
  expect(isReady(checks)).toBe(true);
  expect(checkLines(checks).split('\n')).toEqual([
    '[+]reduce shards: 2 of 2 shards restored',
    '[+]relate shards: 2 of 2 shards restored',
    '[+]warehouse shards: 10 of 10 partitions restored',
    '[+]reduce flow: moving',
    '[+]relate flow: moving',
    '[+]warehouse flow: moving',
    '[+]broker: reachable',
    '[+]state: reachable',
    '[+]registry: reachable',
    '[+]warehouse: reachable',
  ]);
});

describe('a worker is', () => {
  test.each<[string, Partial<Looked>, boolean, string]>([
    [
      'not ready while a shard is restored',
      { owned: [...running('relate', 3), ...running('relate', 1, false)] },
      false,
      '[-]relate shards: 3 of 4 shards restored',
    ],
    [
      'not ready while a shard has stopped at dead letters',
      {
        owned: [
          ...running('reduce', 1),
          { graph: 'reduce', isRunning: true, isBraked: true, trouble: null, refusal: null },
        ],
      },
      false,
      '[-]reduce shards: 2 of 2 shards restored, 1 stopped at dead letters',
    ],
    [
      'ready when others have all the shards',
      { owned: [] },
      true,
      '[+]relate shards: joined, nothing is assigned here',
    ],
    [
      'not ready when its shards stand still',
      { stalled: [stalled('reduce', 'alerts.raw.v1'), stalled('reduce', 'alerts.raw.v1')] },
      false,
      '[-]reduce flow: alerts.raw.v1/2 has stood at 17 of 40 for 61 s, and 1 more',
    ],
    [
      'ready when only the warehouse stands still: telling goes on',
      { stalled: [stalled('warehouse', 'decisions.v1')] },
      true,
      '[-]warehouse flow: decisions.v1/2 has stood at 17 of 40 for 61 s (ready without it)',
    ],
    [
      'ready when the warehouse refuses what is to be stored, which is told at once',
      {
        owned: [
          { graph: 'warehouse', isRunning: true, isBraked: false, trouble: 'no such table', refusal: null },
        ],
      },
      true,
      '[-]warehouse flow: no such table (ready without it)',
    ],
    ['not ready without its broker', { beats: [away('broker')] }, false, '[-]broker: away for 60 s: refused'],
    [
      'not ready without its state store',
      { beats: [away('state')] },
      false,
      '[-]state: away for 60 s: refused',
    ],
    [
      'not ready while its state store answers and takes nothing',
      { owned: running('relate', 2).map((shard) => ({ ...shard, refusal: 'commit: OOM' })) },
      false,
      '[-]state: reachable, but does not take the state of 2 shards: commit: OOM',
    ],
    [
      'ready without the registry: known schemas go on',
      { beats: [away('registry')] },
      true,
      '[-]registry: away for 60 s: refused (ready without it)',
    ],
    [
      'ready without ClickHouse: its group lags',
      { beats: [away('warehouse')] },
      true,
      '[-]warehouse: away for 60 s: refused (ready without it)',
    ],
  ])('%s', (_name, change, ready, line) => {
    const checks = workerChecks({ ...fine, ...change });
    expect(isReady(checks)).toBe(ready);
    expect(checkLines(checks).split('\n')).toContain(line);
  });
});
