import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Inhibitor } from '../../../operators/suppress/inhibition.ts';
import { PolicyIndex } from '../../../operators/suppress/policy-index.ts';
import { tables } from '../../../operators/suppress/rows.ts';
import { compileMatchers, matchesNothingNamed, readLabel } from '../../../schemas/matcher/index.ts';
import { enrichedAlert } from '../../support/tellings.ts';
import { config } from './law-config.ts';
import { control, matchersOf, type Scene, scene, silence, tell, tellingsOf, withdrawal } from './scene.ts';

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
      'b=~"12.+",a=~"1?2"',
      'b=~"12+"',
      'a!=2,b!=2,alertname=~"Disk.*"',
      'alertname=DiskFull,a=""',
    );
    const policy = fc.record({
      text,
      tenant: fc.constantFrom('*', 'default', 'blue'),
      startsAt: fc.nat(5),
      endsAt: fc.nat(9),
    });
    const alert = fc.record({
      a: fc.constantFrom('', '1', '2'),
      b: fc.constantFrom('', '1', '2', '12', '123'),
    });
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

  it('inhibition finds what trying every rule in its order finds', () => {
    const text = fc.constantFrom('a=1', 'a=~"1|2"', 'b=~"1.*"', 'a!=2', 'b=~".+"', 'a=1,b=~"12+"');
    const tenant = fc.constantFrom('*', 'default', 'blue');
    const rule = fc.record({ source: text, target: text, tenant, isEqual: fc.boolean() });
    const labels = fc.record({ a: fc.constantFrom('', '1', '2'), b: fc.constantFrom('', '1', '12', '122') });
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 8 }),
        fc.array(labels, { maxLength: 8 }),
        fc.array(fc.nat(7)),
        labels,
        (drawn, firing, over, target) => {
          const rules = drawn.map((one, i) => ({
            ...{ name: `r${i}`, location: '', tenant: one.tenant, equal: one.isEqual ? ['b'] : [] },
            sourceMatchers: [...matchersOf(one.source)],
            targetMatchers: [...matchersOf(one.target)],
          }));
          const inhibitor = new Inhibitor(rules, []);
          const sources = firing.map((given, since) => ({ ...enrichedAlert({ labels: given }), since }));
          for (const source of sources) inhibitor.add(`o${source.since}`, source);
          for (const i of new Set(over)) {
            const source = sources[i];
            if (source !== undefined) inhibitor.remove(`o${i}`, source);
          }
          const subject = enrichedAlert({ labels: target });
          const left = sources.filter(({ since }) => !over.includes(since));
          const expected = rules.flatMap(({ name, equal, sourceMatchers, targetMatchers, tenant: of }) => {
            const [isSource, isTarget] = [compileMatchers(sourceMatchers), compileMatchers(targetMatchers)];
            if (of === 'blue' || !isTarget?.(subject)) return [];
            const muting = left.find(
              (source) =>
                isSource?.(source) &&
                !(isSource(subject) && isTarget(source)) &&
                equal.every((label) => readLabel(source, label) === readLabel(subject, label)),
            );
            return muting === undefined ? [] : [{ rule: name, location: '', since: muting.since }];
          });
          expect(inhibitor.find(subject)).toEqual(expected[0] ?? null);
          expect(inhibitor.isSource(subject)).toBe(
            rules.some(
              ({ tenant: of, sourceMatchers }) =>
                of !== 'blue' && compileMatchers(sourceMatchers)?.(subject) === true,
            ),
          );
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
