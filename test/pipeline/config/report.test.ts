import { describe, expect, test } from 'vitest';
import { ConfigError, loadConfig } from '../../../pipeline/config/index.ts';
import { errorOf, load, readerOf, reportOf } from './reading.ts';

describe('a report', () => {
  test('shows every mistake of every file with its line, its neighbours and a caret', () => {
    const text =
      'enrich:\n  tables:\n    - name: t\n      file: t.csv\n      match: { host: host }\nlog:\n  levle: info\n';
    expect(reportOf({ text, files: { 't.csv': 'host,team\na,b\na,b,c\n' } })).toBe(
      `tocsin.yaml:7:3: unknown key \`levle\` in \`log\`; did you mean \`level\`? [config.unknown-key]
  6 | log:
  7 |   levle: info
    |   ^^^^^

t.csv:3:1: the row has 3 cells, the header has 2 [config.bad-table]
  2 | a,b
  3 | a,b,c
    | ^^^^^

2 mistakes in the configuration`,
    );
  });

  test('counts more mistakes than anybody reads, and shows the first of them', () => {
    const report = reportOf({ text: 'a: 1\n'.repeat(1_001) });
    expect(report.match(/set twice/g)).toHaveLength(30);
    expect(report).toContain('tocsin.yaml:31:1: ');
    expect(report).toMatch(/\n1001 mistakes in the configuration, of which 971 are not shown$/);
  });

  test('keeps the caret right behind tabs', () => {
    expect(reportOf({ text: 'log:\t{ level:\tloud }\n' })).toContain(
      '  1 | log:\t{ level:\tloud }\n    |     \t        \t^^^^\n',
    );
  });

  test('cuts a long line around the caret', () => {
    const report = reportOf({ text: `log: {        ${' '.repeat(500)}level: loud}\n` });
    const [, line = '', caret = ''] = report.split('\n');
    expect(line.length).toBeLessThan(120);
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('loud');
  });

  test('does not pass control characters on to the terminal', () => {
    expect(reportOf({ text: 'log:\n  level: "\u0007loud"\n' })).not.toContain('\u0007');
  });

  test('aligns its gutter where the number of digits changes', () => {
    const text = `${'#\n'.repeat(8)}log:\n  level: loud\n# end\n`;
    expect(reportOf({ text })).toContain(
      '   9 | log:\n  10 |   level: loud\n     |          ^^^^\n  11 | # end',
    );
  });

  test('is an error of the catalogue with exit code 78, and says the first mistake in one line', () => {
    const error = errorOf(() => load({ text: 'a: 1\nlog: 1\n' }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error?.exitCode).toBe(78);
    expect(error?.code).toBe('config.invalid');
    expect(error?.detail).toMatch(/^tocsin\.yaml:1:1: unknown key `a` at the top level.* \(and 1 more\)$/);
  });

  const unreadable: readonly [string, string, string][] = [
    ['ENOENT', 'does not exist', 'a file that is not there'],
    ['EACCES', 'may not be read by this user', 'a file that is not ours'],
    ['EISDIR', 'is a directory', 'a folder'],
  ];
  test.each(unreadable)('says of %s that the file %s (%s)', (code, words) => {
    const readFile = () => {
      throw Object.assign(new Error('system words'), { code });
    };
    const error = errorOf(() => loadConfig({ path: 'conf/t.yaml', env: {}, readFile }));
    expect(error?.mistakes).toMatchObject([
      { code: 'config.unreadable', message: `conf/t.yaml ${words}`, file: 'conf/t.yaml' },
    ]);
  });

  test('says that a file is not UTF-8', () => {
    const readFile = readerOf({ 't.yaml': new Uint8Array([0x6c, 0xff, 0xfe]) });
    const error = errorOf(() => loadConfig({ path: 't.yaml', env: {}, readFile }));
    expect(error?.mistakes.map((each) => each.message)).toEqual(['t.yaml is not UTF-8']);
  });
});
