import { describe, expect, it } from 'vitest';
import { unstamped } from '../../../operators/events.ts';
import { type DemoState, frame, plainLine, type Speed } from '../../../pipeline/demo/index.ts';
import type { Incident } from '../../../schemas/incident.ts';
import { fingerprint, incidentId } from '../../support/tellings.ts';

const startAt = Date.UTC(2026, 0, 5, 9);
const minuteMs = 60_000;

function incident(over: Partial<Incident> = {}): Incident {
  return {
    id: incidentId('i1'),
    generation: 1,
    revision: 1,
    tenant: 'acme',
    state: 'open',
    severity: 'high',
    title: 'payments-db: ConnectionsExhausted (+28 alerts, 5 services)',
    startedAt: startAt + 5 * minuteMs,
    updatedAt: startAt + 6 * minuteMs,
    endedAt: null,
    alertCount: 29,
    suppressedCount: 0,
    fingerprints: [],
    fingerprintCount: 29,
    services: [],
    probableCause: { fingerprint: fingerprint('f'), confidence: 0.71, contributions: [] },
    types: [],
    confidence: 1,
    origin: unstamped,
    ...over,
  };
}

function decision(over: Partial<DemoState['decisions'][number]> = {}): DemoState['decisions'][number] {
  return {
    name: 'DiskFull db-1',
    alertId: 'a',
    fingerprint: fingerprint('f'),
    occurrence: null,
    incidentId: null,
    generation: 1,
    tenant: 'acme',
    stage: 'publish',
    outcome: 'passed',
    reason: 'first',
    rule: '',
    location: '',
    detail: {},
    count: 1,
    inputRange: null,
    eventTime: startAt + 6 * minuteMs,
    origin: unstamped,
    ...over,
  };
}

const stages = ['normalize', 'fingerprint', 'combine'].map((stage) => ({ graph: 'reduce', stage }));

function state(over: Partial<DemoState> = {}): DemoState {
  return {
    now: startAt + 24 * minuteMs,
    startAt,
    endAt: startAt + 60 * minuteMs,
    fed: 3_012,
    records: 6_366,
    alerts: 3_000,
    counts: {
      stages: stages.map((stage) => ({ ...stage, in: 3_000, out: 3_000 })),
      outcomes: { unknown: 0, passed: 300, folded: 2_400, suppressed: 30, 'dead-lettered': 6, noted: 50 },
      rows: 0,
      timers: 0,
      shed: 0,
    },
    plain: 161,
    open: [incident()],
    published: 9,
    decisions: [decision()],
    work: [{ graph: 'reduce', microsPerAlert: 18.4, slowestBatchMs: 3.14 }],
    ...over,
  };
}

const speed: Speed = {
  stages: stages.map((stage) => ({ ...stage, perSecond: 812 })),
  tickMs: { p50: 0.84, p99: 7.2 },
};

const plain = (text: string) => text;
const ink = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain };

/** A storm that fills every place there is. */
const storm = state({
  fed: 12_345_678,
  alerts: 12_345_678,
  open: Array.from({ length: 40 }, (_, n) =>
    incident({ title: `${'very-long-service-name-'.repeat(9)}${n}` }),
  ),
  decisions: Array.from({ length: 50 }, (_, n) =>
    decision({ name: `${'x'.repeat(150)} ${n}`, count: 99_999, rule: 'r'.repeat(80) }),
  ),
  work: [{ graph: 'reduce', microsPerAlert: 123_456, slowestBatchMs: 123_456 }],
});

describe('frame', () => {
  it.each([
    [80, 24],
    [80, 25],
    [132, 50],
    [200, 16],
  ])('fills a terminal of %i × %i and nothing more, quiet or in a storm', (columns, rows) => {
    for (const shown of [state(), state({ open: [], decisions: [], work: [] }), storm]) {
      const lines = frame(shown, speed, { columns, rows, ink });
      expect(lines).toHaveLength(rows);
      for (const line of lines) expect([...line].length).toBeLessThanOrEqual(columns);
    }
  });

  it('shows the upper part where there is no room for the rest', () => {
    const lines = frame(state(), speed, { columns: 40, rows: 5, ink });
    expect(lines).toHaveLength(5);
    expect(lines[0]).toContain('Tocsin demo   09:24:00');
  });

  it('tells what came in, what became of it, and what a plain window would have sent', () => {
    const text = frame(state(), speed, { columns: 80, rows: 24, ink }).join('\n');
    expect(text).toMatch(/records\s+3,012/);
    expect(text).toMatch(/alerts\s+3,000/);
    expect(text).toMatch(/passed\s+300 +10\.0 %/);
    expect(text).toMatch(/folded\s+2,400 +80\.0 %/);
    expect(text).toMatch(/in hand\s+264 +8\.8 %/);
    expect(text).toMatch(/incidents\s+9/);
    expect(text).toMatch(/plain window\s+161 notifications/);
  });

  it('tells what an alert costs, how much each operator takes in, and how long a tick takes', () => {
    const text = frame(state(), speed, { columns: 80, rows: 24, ink }).join('\n');
    expect(text).toContain('REDUCE 18 µs/alert, batch ≤ 3.1 ms');
    expect(text).toMatch(/normalize +812\/s +fingerprint +812\/s/);
    expect(text).toContain('a tick takes 0.8 ms (p99 7.2 ms)');
  });

  it('shows the worst incidents first, with age, alerts and how sure the cause is', () => {
    const open = [incident({ severity: 'medium' }), incident({ severity: 'critical', title: 'the worst' })];
    const lines = frame(state({ open }), speed, { columns: 120, rows: 24, ink });
    const first = lines.findIndex((line) => line.startsWith('open incidents (2)')) + 1;
    expect(lines[first]).toMatch(/^ {2}critical 19 min +29 alerts +cause 71 % +the worst/);
    expect(lines[first + 1]).toMatch(/^ {2}medium +19 min/);
  });

  it('shows decisions with reason, rule and how many alerts they speak for', () => {
    const decisions = [
      decision({ outcome: 'folded', reason: 'repeat', count: 12 }),
      decision({ outcome: 'suppressed', reason: 'maintenance', rule: 'crawler' }),
    ];
    const text = frame(state({ decisions }), speed, { columns: 120, rows: 24, ink }).join('\n');
    expect(text).toMatch(/09:06:00 folded +repeat +DiskFull db-1 ×12/);
    expect(text).toMatch(/suppressed +maintenance +DiskFull db-1 \(crawler\)/);
  });

  it('lets no name move the cursor', () => {
    const open = [incident({ title: 'evil\u001b[2J\r\ntitle' })];
    expect(frame(state({ open }), speed, { columns: 80, rows: 24, ink }).join('')).not.toMatch(/\p{Cc}/u);
  });

  it('is wider by its colours only', () => {
    const red = (text: string) => `<${text}>`;
    const painted = { bold: red, dim: red, red, green: red, yellow: red, cyan: red };
    const size = { columns: 80, rows: 24 };
    const stripped = frame(storm, speed, { ...size, ink: painted }).map((line) => line.replace(/[<>]/g, ''));
    expect(stripped).toEqual(frame(storm, speed, { ...size, ink }));
  });
});

describe('plainLine', () => {
  it('is one line with the same numbers and no colours', () => {
    expect(plainLine(state())).toBe(
      '09:24:00  3,000 alerts: 300 passed, 2,400 folded, 30 suppressed, 6 dead-lettered; 9 incidents (1 open), a plain window: 161 notifications',
    );
  });
});
