import { describe, expect, it } from 'vitest';
import { FingerprintConfig } from '../../../operators/fingerprint/index.ts';

function issuesOf(config: unknown): readonly string[] {
  const parsed = FingerprintConfig.safeParse(config);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const rule = (...fields: readonly string[]) => ({ identity: [{ name: 'r', fields }] });
const drop = (...matchers: readonly string[]) => ({ drop: [{ name: 'd', matchers }] });

describe('a mistake in the config names its place', () => {
  it.each([
    [
      'two rules of one name',
      {
        identity: [
          { name: 'r', fields: ['name'] },
          { name: 'r', fields: ['source'] },
        ],
      },
      "identity.1.name: another rule is called 'r'",
    ],
    [
      'a rule called default',
      { identity: [{ name: 'default', fields: ['name'] }] },
      "identity.0.name: another rule is called 'default'",
    ],
    [
      'a field that is none',
      rule('labels', 'host'),
      "identity.0.fields.1: expected source, name, severity, labels (all that are not volatile) or 'label:<name>'",
    ],
    ['a label without a name', rule('label:'), 'identity.0.fields.0: expected'],
    ['a rule without fields', rule(), 'identity.0.fields: '],
    [
      'a condition that is none',
      { identity: [{ name: 'r', when: { host: 'x' }, fields: ['name'] }] },
      'identity.0.when: Unrecognized key',
    ],
    [
      'a watched field that is none',
      { watch: ['summary'] },
      "watch.0: expected severity, generatorUrl, 'label:<name>' or 'annotation:<name>'",
    ],
    ['no domain at all', { correlationDomain: [] }, 'correlationDomain: '],
    [
      'all labels for a domain',
      { correlationDomain: ['labels'] },
      "correlationDomain.0: expected tenant, source, name or 'label:<name>'",
    ],
    [
      'a domain outside of a rule',
      { ...rule('name'), correlationDomain: ['tenant', 'label:region'] },
      "correlationDomain.1: 'label:region' is not part of the identity under the rule 'r', so one alert could fall into two domains: add it to the fields of that rule",
    ],
    [
      'a volatile domain',
      { correlationDomain: ['label:pod'] },
      "correlationDomain.0: 'label:pod' is not part of the identity under the rule 'default', so one alert could fall into two domains: add it to the fields of that rule, or take it off `volatileLabels`",
    ],
    [
      'a source domain under a rule without it',
      { ...rule('labels'), correlationDomain: ['source'] },
      "correlationDomain.0: 'source' is not part of",
    ],
    ['a matcher that does not parse', drop('severity'), 'drop.0.matchers.0: character 9'],
    [
      'a matcher with a pattern',
      drop('a="b"', 'host=~"dev-.*"'),
      'drop.0.matchers.1: only = and != can drop; use `suppress` for patterns',
    ],
    ['an empty matcher', drop(''), 'drop.0.matchers.0: no matcher in it'],
    ['a drop rule for everything', drop(), 'drop.0.matchers: '],
    ['an unknown key', { rules: [] }, ': Unrecognized key'],
  ])('%s', (_, config, issue) => {
    expect(issuesOf(config)).toEqual([expect.stringContaining(issue)]);
  });
});

describe('the config', () => {
  it.each([
    ['left out', {}],
    [
      'a domain inside of every rule',
      { ...rule('label:region', 'name'), correlationDomain: ['tenant', 'label:region'] },
    ],
    ['a domain inside of all labels', { ...rule('labels'), correlationDomain: ['label:region'] }],
    ['a volatile label that a rule names, with the tenant for domain', rule('label:pod')],
  ])('may be %s', (_, config) => {
    expect(issuesOf(config)).toEqual([]);
  });
});
