import { describe, expect, it } from 'vitest';
import { type Catalogue, optionsOf, usageOf } from '../../../bench/harness/options.ts';

const unused = () => Promise.reject(new Error('nothing is measured here'));
const catalogue: Catalogue = {
  scenarios: { walk: { about: 'slowly', load: unused }, run: { about: 'fast', load: unused } },
  programs: { fly: { about: 'with wings', entry: 'fly.ts' } },
};
const of = (...args: readonly string[]) => optionsOf(args, catalogue);

describe('what npm run bench is asked for', () => {
  it('is everything that needs no services when nothing is named', () => {
    expect(of()).toEqual({
      ...{ scenarios: ['walk', 'run'], isQuick: false, output: 'table', isRecorded: false },
    });
  });

  it('is what is named, once, in that order', () => {
    expect(of('run', 'walk', 'run', '--quick', '-o', 'json')).toEqual({
      ...{ scenarios: ['run', 'walk'], isQuick: true, output: 'json', isRecorded: false },
    });
  });

  it.each([
    ['an unknown name', ['swim'], 'swim is not known: expected one of walk, run, fly'],
    ['a bench with options of its own among others', ['walk', 'fly'], 'fly comes first and alone'],
    ['an unknown form', ['-o', 'xml'], 'xml is not known: expected one of table, json'],
    ['an unknown option', ['--fast'], "Unknown option '--fast'"],
    ['a quick run for the record', ['--quick', '--record'], 'leave --quick out'],
  ])('is refused with what is known: %s', (_, args, told) => {
    expect(() => of(...args)).toThrow(told);
  });

  it('can be read in the usage, with what each finds out', () => {
    expect(usageOf(catalogue)).toContain('  walk  slowly\n  run   fast\n');
    expect(usageOf(catalogue)).toContain('  fly  with wings\n');
  });
});
