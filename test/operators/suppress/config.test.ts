import { describe, expect, it } from 'vitest';
import { SuppressConfig, suppress } from '../../../operators/suppress/index.ts';

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
