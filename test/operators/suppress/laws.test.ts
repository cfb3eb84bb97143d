import avro from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SuppressConfig, suppress } from '../../../operators/suppress/index.ts';
import { PolicyIndex } from '../../../operators/suppress/policy-index.ts';
import { tables } from '../../../operators/suppress/rows.ts';
import { compileMatchers, matchesNothingNamed } from '../../../schemas/matcher/index.ts';
import { enrichedAlert } from '../../support/tellings.ts';
import { control, matchersOf, type Scene, scene, silence, tell, tellingsOf, withdrawal } from './scene.ts';

const config = {
  silences: [{ id: 'config', matchers: 'host=h1,alertname!=NodeDown', startsAt: 20_000, endsAt: 60_000 }],
  maintenance: [{ id: 'daily', matchers: 'host=h2', from: '00:01', to: '00:02' }],
  inhibitRules: [
    {
      name: 'down',
      sourceMatchers: 'alertname=NodeDown',
      targetMatchers: 'severity!=critical,host=~".+"',
      equal: ['host'],
    },
    {
      name: 'any',
      sourceMatchers: 'severity=critical',
      targetMatchers: 'alertname=~"Disk.*|NodeDown"',
      equal: [],
    },
  ],
  storm: { threshold: 4, windowMs: 10_000, calmMs: 15_000 },
  releaseAfterMs: 5_000,
};

type Action = (to: Scene, at: number) => void;

const anyTelling: fc.Arbitrary<Action> = fc
  .record({
    id: fc.integer({ min: 0, max: 12 }),
    emitReason: fc.constantFrom(
      'first',
      'first',
      'first',
      'update',
      'reminder',
      'resolved',
      'final',
      'merged',
      'late',
    ),
    severity: fc.constantFrom('low', 'high', 'critical'),
    name: fc.constantFrom('DiskFull', 'NodeDown', 'Other'),
    host: fc.constantFrom('h1', 'h2', 'h3'),
    tenant: fc.constantFrom('default', 'default', 'blue'),
  })
  .map(({ id, host, ...over }) => (to, at) => {
    const mergedInto = over.emitReason === 'merged' ? `o${(id + 1) % 13}` : null;
    // fast-check widens the words to string.
    tell(to, at, `o${id}`, { ...over, mergedInto, labels: { host } } as never);
  });

const anyControl: fc.Arbitrary<Action> = fc
  .record({
    id: fc.constantFrom('s1', 's2'),
    kind: fc.constantFrom('silence', 'maintenance', 'withdrawal'),
    matchers: fc.constantFrom('host=h3', 'alertname=~"Disk.*"', 'alertname=Other,host!=h1', '{}'),
    lastsMs: fc.integer({ min: -1_000, max: 60_000 }),
  })
  .map(({ id, kind, matchers, lastsMs }) => (to, at) => {
    const made = silence(id, { from: at, to: at + lastsMs, matchers });
    control(to, at, kind === 'withdrawal' ? withdrawal(id) : { ...made, kind: kind as never }, at); // as above
  });

const anyRun = fc.array(
  fc.record({
    afterMs: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
      fc.integer({ min: 0, max: 70_000 }),
    ),
    act: fc.oneof({ weight: 6, arbitrary: anyTelling }, anyControl),
  }),
  { maxLength: 60 },
);

type Run = readonly { readonly afterMs: number; readonly act: Action }[];

/** Runs all steps, in a fresh instance from step `restartAt` on; returns everything that was said. */
function play(steps: Run, restartAt = -1) {
  let driven = scene(config);
  const said: { events: unknown[]; decisions: unknown[] } = { events: [], decisions: [] };
  const collect = (): void => {
    said.events.push(...driven.events);
    said.decisions.push(...driven.decisions);
  };
  let at = 0;
  steps.forEach(({ afterMs, act }, index) => {
    if (index === restartAt) {
      collect();
      driven = driven.restart();
    }
    at += afterMs;
    act(driven, at);
  });
  driven.advance({ at: at + 400_000_000 });
  collect();
  return { ...said, driven };
}

describe('laws of suppress', () => {
  it('each telling comes out once, in order, with its cause; whatever else is told was caused by time', () => {
    fc.assert(
      fc.property(anyRun, (steps) => {
        const { driven } = play(steps);
        const out = tellingsOf(driven).filter(({ cause }) => cause !== null);
        const sent = scene();
        let at = 0;
        for (const { afterMs, act } of steps) {
          at += afterMs;
          act(sent, at);
        }
        const bare = (of: Scene) =>
          tellingsOf(of)
            .filter(({ cause }) => cause !== null)
            .map(({ alert, cause }) => ({ ...alert, suppression: null, cause }));
        expect(bare(driven)).toEqual(bare(sent));
        expect(out.length).toBe(steps.length - driven.events.filter(({ kind }) => kind === 'control').length);
        const extra = tellingsOf(driven).filter(({ cause }) => cause === null);
        expect(
          extra.every(({ alert }) => alert.emitReason === 'released' && alert.suppression === null),
        ).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('a replay says the same', () => {
    fc.assert(
      fc.property(anyRun, (steps) => {
        const [a, b] = [play(steps), play(steps)];
        expect(a.events).toEqual(b.events);
        expect(a.decisions).toEqual(b.decisions);
      }),
      { numRuns: 100 },
    );
  });

  it('a restart anywhere changes nothing', () => {
    fc.assert(
      fc.property(anyRun, fc.nat(60), (steps, restartAt) => {
        const [whole, cut] = [play(steps), play(steps, restartAt)];
        expect(cut.events).toEqual(whole.events);
        expect(cut.decisions).toEqual(whole.decisions);
      }),
      { numRuns: 500 },
    );
  });

  it('state and timers return to nothing when the alerts stop', () => {
    fc.assert(
      fc.property(anyRun, (steps) => {
        const { driven } = play(steps);
        const rows = Object.keys(tables).map((table) => driven.rows(table));
        expect(rows).toEqual([0, 0, 0, 0, 0]);
        expect(driven.host.queues.at.size).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('the index finds what trying every policy finds', () => {
    const text = fc.constantFrom(
      'a=1',
      'a=~"1|2"',
      'b=1,a!=2',
      'a=1,b=2',
      'b=~"1.*"',
      'alertname=DiskFull,a=""',
    );
    const policy = fc.record({
      text,
      tenant: fc.constantFrom('*', 'default', 'blue'),
      startsAt: fc.nat(5),
      endsAt: fc.nat(9),
    });
    const alert = fc.record({ a: fc.constantFrom('', '1', '2'), b: fc.constantFrom('', '1', '2') });
    fc.assert(
      fc.property(
        fc.array(policy, { maxLength: 12 }),
        fc.array(fc.nat(11)),
        alert,
        fc.nat(9),
        (made, gone, labels, at) => {
          const index = new PolicyIndex();
          const policies = made.map((one, i) => ({
            ...one,
            rule: `r${i}`,
            location: '',
            matchers: matchersOf(one.text),
          }));
          for (const [i, one] of policies.entries()) index.set(String(i), one);
          for (const i of gone) index.delete(String(i));
          const subject = enrichedAlert({ labels });
          const expected = policies
            .filter((_, i) => !gone.includes(i))
            .filter(({ tenant, startsAt, endsAt }) => tenant !== 'blue' && startsAt <= at && at < endsAt)
            .filter(({ matchers }) => !matchesNothingNamed(matchers) && compileMatchers(matchers)?.(subject))
            .sort((x, y) => y.endsAt - x.endsAt || (x.rule < y.rule ? -1 : 1));
          expect(index.find(subject, at)?.rule).toBe(expected[0]?.rule);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('rows', () => {
  const hushed = {
    ...enrichedAlert({ mergedInto: 'o2' as never, startsAt: 5, value: 1.5 }),
    valueStats: { last: 1, min: 0, max: 2, mean: 1 },
    incident: { id: 'i1', generation: 1, confidence: 0.5, contributions: [{ name: 'time', weight: 0.5 }] },
    score: { value: 0.9, features: [{ name: 'rate', weight: 1 }] },
    suppression: { kind: 'silence', rule: 'x', location: 'f:1', since: 1, until: null },
  };
  it.each<[keyof typeof tables, object]>([
    [
      'controls',
      {
        kind: 'silence',
        tenant: 't',
        id: 'i',
        location: 'l',
        startsAt: 0,
        endsAt: 9,
        matchers: matchersOf('a=~"b.+"'),
      },
    ],
    [
      'sources',
      { tenant: 't', source: 's', name: 'n', severity: 'high', labels: { a: 'b' }, service: '', since: 3 },
    ],
    ['hushed', hushed],
    ['hushed', enrichedAlert()],
    [
      'storms',
      { starts: [1, 2], counts: [3, 4], since: null, calmSince: 5, told: 1, suppressed: 2, names: 1 },
    ],
    ['stormNames', { tenant: 't', told: 1 }],
  ])('of %s are stored and read back as they are', (name, row) => {
    const type = avro.Type.forSchema(tables[name].schema);
    expect(JSON.parse(JSON.stringify(type.fromBuffer(type.toBuffer(row))))).toEqual(
      JSON.parse(JSON.stringify(row)),
    );
  });
});

describe('the config', () => {
  const parse = (given: unknown): string => {
    const issues = SuppressConfig.safeParse(given).error?.issues ?? [];
    return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n') || 'accepted';
  };
  const quiet = { id: 'a', matchers: 'host=h1', endsAt: '2026-01-01T00:00:00Z' };
  const window = { id: 'a', matchers: 'host=h1', from: '01:00', to: '02:00' };

  it.each<[string, unknown, RegExp]>([
    ['nothing at all is fine', {}, /^accepted$/],
    ['a silence with text matchers is fine', { silences: [quiet] }, /^accepted$/],
    [
      'a list of matchers is fine',
      { silences: [{ ...quiet, matchers: ['host=h1', 'env="prod"'] }] },
      /^accepted$/,
    ],
    [
      'a broken matcher names its place',
      { silences: [{ ...quiet, matchers: 'host=' }] },
      /silences\.0\.matchers: character 6/,
    ],
    [
      'a silence of everything is refused',
      { silences: [{ ...quiet, matchers: 'host!=h1' }] },
      /matches every alert/,
    ],
    [
      'a silence that ends before it starts is refused',
      { silences: [{ ...quiet, startsAt: '2027-01-01T00:00:00Z' }] },
      /endsAt must be after/,
    ],
    [
      'a silence without an end is refused',
      { silences: [{ id: 'a', matchers: 'host=h1' }] },
      /silences\.0\.endsAt/,
    ],
    [
      'a time without an offset is refused',
      { silences: [{ ...quiet, endsAt: '2026-01-01T00:00:00' }] },
      /silences\.0\.endsAt/,
    ],
    ['two silences of one id are refused', { silences: [quiet, quiet] }, /silences\.1\.id: "a" is taken/],
    ['an unknown time zone is refused', { maintenance: [{ ...window, timeZone: 'Europe/Wien' }] }, /IANA/],
    ['25 o’clock is refused', { maintenance: [{ ...window, from: '25:00' }] }, /write HH:MM/],
    ['an unknown day is refused', { maintenance: [{ ...window, weekdays: ['caturday'] }] }, /weekdays/],
    ['an unknown field is refused', { silence: [] }, /silence/],
  ])('%s', (_, given, problem) => {
    expect(parse(given)).toMatch(problem);
  });

  it('can be parsed again without a change', () => {
    const once = suppress.config.parse({ silences: [quiet], maintenance: [window] });
    expect(suppress.config.parse(once)).toEqual(once);
  });
});
