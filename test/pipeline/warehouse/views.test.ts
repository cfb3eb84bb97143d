import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type ClickHouseWarehouse, rowOf, type StoredValues } from '../../../pipeline/warehouse/index.ts';
import { tableOf, type WarehouseTopic } from '../../../schemas/clickhouse/index.ts';
import { occurrenceIdOf } from '../../../schemas/identity.ts';
import { ChdbBench, chdbMissing } from './chdb-bench.ts';
import { aggregateOf, alertOf, decisionOf, incidentOf, noon } from './values.ts';

const hourMs = 3_600_000;

describe.skipIf(chdbMissing !== null)(`views ${chdbMissing ?? ''}`, () => {
  let bench: ChdbBench;
  let warehouse: ClickHouseWarehouse;
  let tokens = 0;

  beforeAll(async () => {
    bench = await ChdbBench.open();
  });
  afterAll(() => bench.close());
  beforeEach(async () => {
    warehouse = bench.warehouse();
    await warehouse.migrate();
  });

  async function store<T extends WarehouseTopic>(
    topic: T,
    ...values: readonly StoredValues[T][]
  ): Promise<void> {
    tokens += 1;
    const rows = values.map((value) => rowOf(topic, value, { topic, at: noon }));
    await warehouse.insert({ table: tableOf[topic], rows, token: String(tokens) });
  }

  const silenced = { kind: 'silence', rule: 'r', location: 'a.yaml:3', since: noon, until: null } as const;

  test('alerts_hourly counts outputs by hour, and apart by what suppressed them', async () => {
    const other = occurrenceIdOf(alertOf().fingerprint, noon + 1);
    await store('enriched', alertOf(), alertOf({ emitReason: 'update' }));
    await store('enriched', alertOf({ emitReason: 'resolved', lastSeen: noon + hourMs }));
    await store('suppressed', alertOf({ suppression: silenced, occurrence: other }), alertOf());
    const rolledUp = await warehouse.query(`
      SELECT hour, suppressed_by, sum(outputs) AS outputs, sum(firsts) AS firsts, sum(resolves) AS resolves,
        uniqMerge(occurrences) AS occurrences
      FROM {db}.alerts_hourly GROUP BY hour, suppressed_by ORDER BY hour, suppressed_by`);
    const hour = '2024-03-01T10:00:00Z';
    expect(rolledUp).toEqual([
      { hour, suppressed_by: '', outputs: 2, firsts: 1, resolves: 0, occurrences: 1 },
      { hour, suppressed_by: 'silence', outputs: 1, firsts: 1, resolves: 0, occurrences: 1 },
      { hour, suppressed_by: 'unknown', outputs: 1, firsts: 1, resolves: 0, occurrences: 1 },
      { hour: '2024-03-01T11:00:00Z', suppressed_by: '', outputs: 1, firsts: 0, resolves: 1, occurrences: 1 },
    ]);
  });

  test('decisions_hourly adds up the alerts that decisions account for', async () => {
    const folded = { outcome: 'folded', reason: 'repeat' } as const;
    await store('decisions', decisionOf(), decisionOf({ ...folded, count: 40 }));
    await store('decisions', decisionOf({ ...folded, count: 2 }));
    const rolledUp = await warehouse.query(`
      SELECT stage, outcome, reason, sum(decisions) AS decisions, sum(alerts) AS alerts
      FROM {db}.decisions_hourly GROUP BY stage, outcome, reason ORDER BY outcome`);
    expect(rolledUp).toEqual([
      { stage: 'dedupe', outcome: 'folded', reason: 'repeat', decisions: 2, alerts: 42 },
      { stage: 'dedupe', outcome: 'passed', reason: 'first', decisions: 1, alerts: 1 },
    ]);
  });

  test('incidents_latest shows the newest revision of the newest generation, whatever order they came in', async () => {
    await store('incidents', incidentOf({ generation: 2, revision: 5, state: 'resolved' }));
    await store(
      'incidents',
      incidentOf({ generation: 2, revision: 4 }),
      incidentOf({ generation: 1, revision: 3 }),
    );
    const latest = 'SELECT generation, revision, state FROM {db}.incidents_latest';
    expect(await warehouse.query(latest)).toEqual([{ generation: 2, revision: 5, state: 'resolved' }]);
  });

  test('aggregates_latest shows the newest revision of each window', async () => {
    await store('aggregates', aggregateOf({ revision: 2, count: 9, isFinal: true }));
    await store(
      'aggregates',
      aggregateOf({ revision: 1, count: 3 }),
      aggregateOf({ windowStart: noon + 60_000 }),
    );
    const latest = 'SELECT count, is_final FROM {db}.aggregates_latest ORDER BY window_start';
    expect(await warehouse.query(latest)).toEqual([
      { count: 9, is_final: true },
      { count: 3, is_final: false },
    ]);
  });

  test('explain tells the decisions of an occurrence in order, with the name of the alert', async () => {
    await store('enriched', alertOf());
    await store(
      'decisions',
      decisionOf({ outcome: 'folded', reason: 'repeat', eventTime: noon + 5 }),
      decisionOf(),
      decisionOf({ occurrence: occurrenceIdOf(alertOf().fingerprint, 1), eventTime: noon + 2 }),
    );
    const told = await warehouse.query(
      'SELECT outcome, reason, name, service FROM {db}.explain WHERE occurrence = {occurrence:String}',
      { occurrence: alertOf().occurrence },
    );
    expect(told).toEqual([
      { outcome: 'passed', reason: 'first', name: 'HighLatency', service: 'checkout' },
      { outcome: 'folded', reason: 'repeat', name: 'HighLatency', service: 'checkout' },
    ]);
  });

  test('noise_top names who talks most, by day', async () => {
    await store('enriched', alertOf(), alertOf(), alertOf({ name: 'DiskFull' }));
    await store('suppressed', alertOf({ suppression: silenced }));
    const top = await warehouse.query('SELECT * FROM {db}.noise_top ORDER BY told DESC');
    expect(top).toMatchObject([
      { day: '2024-03-01', name: 'HighLatency', occurrences: 1, told: 2, suppressed: 1 },
      { day: '2024-03-01', name: 'DiskFull', occurrences: 1, told: 1, suppressed: 0 },
    ]);
  });
});
