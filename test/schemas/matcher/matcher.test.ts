import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matcher } from '../../../schemas/control.ts';
import {
  compileMatchers,
  listedValues,
  literalPrefix,
  type Matchable,
  matchesNothingNamed,
  parseMatchers,
  printMatchers,
} from '../../../schemas/matcher/index.ts';

const m = (name: string, op: Matcher['op'], value: string): Matcher => ({ name, op, value });

const alert = (over: Partial<Matchable> = {}): Matchable => ({
  tenant: 'default',
  source: 'prometheus',
  name: 'DiskFull',
  severity: 'high',
  labels: { host: 'db-1', env: 'prod' },
  service: 'postgres',
  ...over,
});

const matches = (text: string, over: Partial<Matchable> = {}): boolean => {
  const parsed = parseMatchers(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  const predicate = compileMatchers(parsed.matchers);
  if (predicate === null) throw new Error('did not compile');
  return predicate(alert(over));
};

describe('a matcher list is read as Alertmanager reads it', () => {
  it.each<[string, string, readonly Matcher[]]>([
    ['nothing is an empty list', '', []],
    ['empty braces are an empty list', '{}', []],
    ['an equality in braces', '{foo=bar}', [m('foo', '=', 'bar')]],
    ['one comma may close the list', '{foo=bar,}', [m('foo', '=', 'bar')]],
    ['an inequality without braces', 'foo!=bar', [m('foo', '!=', 'bar')]],
    ['a regular expression without quotes', '{foo=~[a-z]+}', [m('foo', '=~', '[a-z]+')]],
    ['a negative regular expression', '{foo!~[a-z]+}', [m('foo', '!~', '[a-z]+')]],
    ['name and value in quotes', '{"foo"="bar"}', [m('foo', '=', 'bar')]],
    [
      'several, with spaces between',
      ' { foo = "bar" , bar != baz } ',
      [m('foo', '=', 'bar'), m('bar', '!=', 'baz')],
    ],
    ['a dotted OpenTelemetry name without quotes', 'k8s.pod.name=api', [m('k8s.pod.name', '=', 'api')]],
    ['any UTF-8 name in quotes', '"größe, cm"=~"1|2"', [m('größe, cm', '=~', '1|2')]],
    ['an emoji without quotes', '{foo=🙂bar}', [m('foo', '=', '🙂bar')]],
    ['an emoji by its bytes', String.raw`{foo="\xf0\x9f\x99\x82"}`, [m('foo', '=', '🙂')]],
    ['an emoji by its code point', String.raw`{foo="\U0001f642"}`, [m('foo', '=', '🙂')]],
    ['escapes of line break, tab, quote and backslash', String.raw`a="\n\t\"\\"`, [m('a', '=', '\n\t"\\')]],
    ['braces and commas in quotes', 'a="{b,c}"', [m('a', '=', '{b,c}')]],
    ['an empty value in quotes', 'a=""', [m('a', '=', '')]],
    ['flags in front of a pattern', 'a=~"(?i)disk.*"', [m('a', '=~', '(?i)disk.*')]],
  ])('%s', (_, text, matchers) => {
    expect(parseMatchers(text)).toEqual({ ok: true, matchers });
  });
});

describe('a bad matcher list is refused with its place and what to do', () => {
  it.each<[string, string, RegExp]>([
    ['a comma alone', ',', /character 1 .*expected a label name/],
    ['a comma in braces', '{,}', /character 2 .*expected a label name/],
    ['a brace that is never closed', '{foo=bar', /character 9 .*never closed/],
    ['a closing brace alone', '}', /character 1 .*without an opening/],
    ['a closing brace without its opening one', 'foo=bar}', /character 8 .*without an opening/],
    ['text behind the list', '{a=b} c', /character 7 .*nothing more/],
    ['two values', 'a=b c', /character 5 .*comma or the end/],
    ['a quote that is never closed', 'a="b', /character 3 .*never closed/],
    ['an operator that is not one', 'a!b', /character 2 .*"!=" or "!~"/],
    ['no operator', 'a', /character 2 .*one of = != =~ !~/],
    ['no value', 'a=', /character 3 .*expected a value/],
    ['an empty name', '""=a', /character 1 .*must not be empty/],
    ['single quotes', "a='b'", /character 3 .*double quotes/],
    ['a single backslash of a regular expression', String.raw`a=~"\d+"`, /character 5 .*twice/],
    ['half an emoji', String.raw`a="\xf0\x9f"`, /character 4 .*UTF-8/],
    ['a surrogate by number', String.raw`a="\ud800"`, /character 4 .*no escape/],
    ['a broken regular expression', 'a=~"("', /character 4 .*not a regular expression/],
    ['look-around', 'a=~"(?!b).*"', /character 4 .*look-around/],
    ['a back-reference', String.raw`a=~"(b)\\1"`, /character 4 .*back-reference/],
    ['a repeat inside a repeat', 'a=~"(b+)+"', /character 4 .*for ?ever/],
    ['the place counts characters, not bytes', '"🙂🙂"=', /character 6 /],
  ])('%s', (_, text, problem) => {
    const parsed = parseMatchers(text);
    expect(parsed.ok ? 'accepted' : parsed.problem).toMatch(problem);
  });
});

describe('a matcher looks at labels and at the fields of the alert', () => {
  it.each<[string, string, boolean]>([
    ['an equal label matches', 'host=db-1', true],
    ['another value does not', 'host=db-2', false],
    ['all of them must match', 'host=db-1,env=dev', false],
    ['a pattern must match the whole value', 'host=~db', false],
    ['every branch of a pattern is anchored', 'host=~"x|db"', false],
    ['a pattern with a tail matches', 'host=~db-.+', true],
    ['a negative pattern matches another value', 'host!~web-.+', true],
    ['an empty value matches a missing label', 'rack=""', true],
    ['an inequality matches a missing label', 'rack!=a', true],
    ['a pattern that takes nothing matches a missing label', 'rack=~".*"', true],
    ['a pattern that needs something does not', 'rack=~".+"', false],
    ['alertname is the name', 'alertname=DiskFull', true],
    ['name is the name', 'name=DiskFull', true],
    ['severity is a field', 'severity=~"high|critical"', true],
    ['source is a field', 'source=prometheus', true],
    ['tenant is a field', 'tenant=default', true],
    ['service is a field', 'service=postgres', true],
    ['a flag ignores case', 'alertname=~"(?i)diskfull"', true],
    ['an inherited property is not a label', 'constructor=~".+"', false],
  ])('%s', (_, text, expected) => {
    expect(matches(text)).toBe(expected);
  });

  it('lets a real label win over the field of that name', () => {
    expect(matches('severity=page', { labels: { severity: 'page' } })).toBe(true);
    expect(matches('severity=high', { labels: { severity: 'page' } })).toBe(false);
  });

  it('falls back to the field when the label is empty', () => {
    expect(matches('severity=high', { labels: { severity: '' } })).toBe(true);
  });

  it('takes an emoji as one character', () => {
    expect(matches('host=~"^.$"', { labels: { host: '🙂' } })).toBe(true);
  });

  it('does not compile what cannot be used, instead of throwing', () => {
    expect(compileMatchers([m('a', '=~', '(')])).toBeNull();
  });
});

describe('what a silence may be made of', () => {
  it.each<[string, string, boolean]>([
    ['an empty list names nothing', '{}', true],
    ['an inequality names nothing', 'a!=b', true],
    ['a pattern that takes nothing names nothing', 'a=~".*"', true],
    ['an equality names something', 'a=b', false],
    ['an inequality beside an equality names something', 'a=b,c!=d', false],
    ['a severity names something', 'severity=high', false],
    ['any severity but one names nothing', 'severity!=high', true],
  ])('%s', (_, text, expected) => {
    const parsed = parseMatchers(text);
    expect(parsed.ok && matchesNothingNamed(parsed.matchers)).toBe(expected);
  });

  it.each<[string, Matcher, readonly string[] | null]>([
    ['an equality lists its value', m('a', '=', 'b|c'), ['b|c']],
    ['plain branches are listed', m('a', '=~', 'b|c|b'), ['b', 'c']],
    ['a pattern cannot be listed', m('a', '=~', 'b.|c'), null],
    ['an empty branch would match a missing label', m('a', '=~', 'b|'), null],
    ['an empty value matches a missing label', m('a', '=', ''), null],
    ['an inequality cannot be listed', m('a', '!=', 'b'), null],
  ])('%s', (_, matcher, values) => {
    expect(listedValues(matcher)).toEqual(values);
  });
});

describe('the plain beginning of a pattern', () => {
  it.each<[string, Matcher, string]>([
    ['ends at the first special character', m('a', '=~', 'disk-[0-9]+.*'), 'disk-'],
    ['is all of it where there is none', m('a', '=~', 'disk'), 'disk'],
    ['leaves out what may be missing', m('a', '=~', 'disks?'), 'disk'],
    ['leaves out what may come no time', m('a', '=~', 'ab*'), 'a'],
    ['leaves out what is counted', m('a', '=~', 'ab{0,2}'), 'a'],
    ['holds what comes at least once', m('a', '=~', 'ab+'), 'ab'],
    ['leaves out a whole character', m('a', '=~', 'x😀*'), 'x'],
    ['is nothing with alternatives', m('a', '=~', 'ab|c'), ''],
    ['is nothing where letter case does not count', m('a', '=~', '(?i)ab'), ''],
    ['is nothing of an escape', m('a', '=~', '\\.ab'), ''],
    ['is nothing of another operator', m('a', '!~', 'ab.*'), ''],
  ])('%s', (_, matcher, prefix) => {
    expect(literalPrefix(matcher)).toBe(prefix);
  });
});

const anyText = fc.string({ unit: 'binary', maxLength: 12 });
const anyMatcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.record({
    name: anyText.filter((name) => name !== ''),
    op: fc.constantFrom<Matcher['op']>('=', '!='),
    value: anyText,
  }),
  fc.record({
    name: fc.constantFrom('host', 'größe', 'a b'),
    op: fc.constantFrom<Matcher['op']>('=~', '!~'),
    value: fc.constantFrom('a|b', '.+', 'db-\\d+', '(?i)x"y', ''),
  }),
);

describe('laws', () => {
  it('what is printed is read back as it was', () => {
    fc.assert(
      fc.property(fc.array(anyMatcher, { maxLength: 4 }), (matchers) => {
        expect(parseMatchers(printMatchers(matchers))).toEqual({ ok: true, matchers });
      }),
      { numRuns: 1_000 },
    );
  });

  it('any text is read or refused, never thrown at', () => {
    const noise = fc.string({
      unit: fc.constantFrom('{', '}', '=', '!', '~', ',', '"', '\\', 'x', 'f', '0', ' ', '(', '|', '\n'),
    });
    fc.assert(
      fc.property(fc.oneof(noise, anyText), (text) => {
        const parsed = parseMatchers(text);
        if (!parsed.ok) expect(parsed.problem).toMatch(/^character \d+ of /);
        else expect(compileMatchers(parsed.matchers)).not.toBeNull();
      }),
      { numRuns: 2_000 },
    );
  });

  it('whatever a pattern accepts begins as it says', () => {
    const pattern = fc
      .array(fc.constantFrom('a', 'b', '.', '[ab]', '(a)', '?', '*', '+', '{0,1}', '|', '\\.', '^', '$'), {
        maxLength: 7,
      })
      .map((parts) => parts.join(''));
    const label = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 6 });
    fc.assert(
      fc.property(pattern, fc.array(label, { minLength: 8, maxLength: 20 }), (value, labels) => {
        const matcher = m('l', '=~', value);
        const predicate = compileMatchers([matcher]);
        fc.pre(predicate !== null);
        const accepted = labels.filter((l) => predicate?.(alert({ labels: { l } })));
        for (const l of accepted) expect(l.startsWith(literalPrefix(matcher))).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('an index over listed values finds exactly what the matcher matches', () => {
    const value = fc.constantFrom('a', 'b', 'c', '');
    const listed = fc.constantFrom(m('l', '=', 'a'), m('l', '=~', 'a|b'), m('l', '=~', 'c'));
    fc.assert(
      fc.property(listed, value, (matcher, label) => {
        const predicate = compileMatchers([matcher]);
        expect(predicate?.(alert({ labels: { l: label } }))).toBe(listedValues(matcher)?.includes(label));
      }),
    );
  });
});
