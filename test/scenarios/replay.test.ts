import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { call, folderWith } from '../pipeline/cli/calling.ts';
import { aitCsv, config, nagiosCsv, noon, recordOf, shapesNdjson } from './every-shape.ts';
import { contentsOf, type Replayed, readWritten, replayFiles } from './replaying.ts';

const files = {
  'tocsin.yaml': config,
  'shapes.ndjson': shapesNdjson,
  'ait.csv': aitCsv,
  'nagios.csv': nagiosCsv,
};

/** `file record/alert: outcome reason`, in the order of the file. */
const fates = ({ assignments }: Pick<Replayed, 'assignments'>) =>
  assignments.map(
    ({ position: { file, record, alert }, outcome, reason }) =>
      `${file} ${record}/${alert}: ${outcome} ${reason}`,
  );

describe('an afternoon in every shape that a file may hold', () => {
  test('each alert is accounted for, once, in input order', async () => {
    const replayed = await replayFiles(files);
    const shapes: [document: number, alert: number, fate: string][] = [
      [9, 0, 'passed update'],
      [10, 0, 'suppressed dropped-by-rule'],
      [11, 0, 'suppressed dropped-by-rule'],
      [12, 0, 'suppressed silenced'],
      [13, 0, 'folded repeat'],
      [14, 0, 'passed resolved'],
      [15, 0, 'dead-lettered record.invalid-time'],
      [16, 0, 'passed first'],
      [16, 1, 'passed late'],
      [0, 0, 'passed first'],
      [1, 0, 'folded repeat'],
      [2, 0, 'folded repeat'],
      [2, 1, 'passed first'],
      [3, 0, 'passed first'],
      [3, 1, 'dead-lettered record.invalid-field'],
      [4, 0, 'passed first'],
      [5, 0, 'passed first'],
      [6, 0, 'passed first'],
      [7, 0, 'dead-lettered record.invalid-json'],
      [8, 0, 'dead-lettered record.unknown-shape'],
    ];
    expect(fates(replayed)).toEqual([
      ...shapes.map(([document, alert, fate]) => `shapes.ndjson ${recordOf(document)}/${alert}: ${fate}`),
      'ait.csv 0/0: folded repeat',
      'ait.csv 1/0: passed first',
      'nagios.csv 0/0: passed first',
      'nagios.csv 1/0: dead-lettered record.invalid-field',
    ]);
    expect(replayed.summary).toMatchObject({
      records: 21,
      alerts: 24,
      passed: 12,
      folded: 4,
      suppressed: 3,
      deadLettered: 5,
      incidents: 9,
      notificationsWithout: 12,
      remaining: { timers: 0 },
    });
    const sizes = replayed.summary.largest.map(({ alertCount }) => alertCount);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    const known = new Map(replayed.incidents.map((incident) => [incident.id, incident]));
    expect(replayed.summary.largest).toHaveLength(5);
    for (const shown of replayed.summary.largest) expect(known.get(shown.id)).toMatchObject(shown);
    expect(replayed.summary.refused.map(({ code, count, first }) => [code, count, first])).toEqual([
      ['record.invalid-field', 2, { file: 'shapes.ndjson', record: recordOf(3), alert: 1 }],
      ['record.invalid-json', 1, { file: 'shapes.ndjson', record: recordOf(7), alert: 0 }],
      ['record.invalid-time', 1, { file: 'shapes.ndjson', record: recordOf(15), alert: 0 }],
      ['record.unknown-shape', 1, { file: 'shapes.ndjson', record: recordOf(8), alert: 0 }],
    ]);
    expect(replayed.stderr).toBe('');
  });

  test('what is written of one alert agrees with what is written of it elsewhere', async () => {
    const { assignments, enriched, suppressed, incidents, decisions, summary } = await replayFiles(files);
    const told = new Map([...enriched, ...suppressed].map((alert) => [alert.occurrence, alert]));
    const known = new Set(incidents.map(({ id, generation }) => `${id}#${generation}`));
    for (const { fingerprint, occurrence, incidentId, generation, outcome } of assignments) {
      if (occurrence === null) continue;
      expect(told.get(occurrence)).toMatchObject({
        fingerprint,
        incident: { id: incidentId, generation },
      });
      // An incident is seen only once somebody was told of a member.
      if (outcome === 'passed') expect(known).toContain(`${incidentId}#${generation}`);
    }
    const counted = (outcome: string) =>
      decisions.filter((each) => each.outcome === outcome).reduce((sum, { count }) => sum + count, 0);
    expect([counted('passed'), counted('folded'), counted('suppressed')]).toEqual([
      summary.passed,
      summary.folded,
      summary.suppressed,
    ]);
  });

  test('outputs hold what their topics promise', async () => {
    const { enriched, suppressed, incidents, aggregates } = await replayFiles(files);
    const disk = enriched.filter(({ name }) => name === 'DiskFull');
    expect(disk.map(({ emitReason, count, valueStats }) => [emitReason, count, valueStats?.max])).toEqual([
      ['first', 1, 91],
      ['update', 4, 97],
      ['resolved', 4, 97],
      ['final', 4, 97],
    ]);
    expect(
      suppressed.map(({ name, suppression }) => [name, suppression?.rule, suppression?.location]),
    ).toEqual([
      ['QueueLong', 'batch-work', 'tocsin.yaml:17'],
      ['QueueLong', 'batch-work', 'tocsin.yaml:17'],
    ]);
    expect(new Set(incidents.filter((each) => each.endedAt !== null).map(({ id }) => id)).size).toBe(9);
    const final = aggregates.filter(({ isFinal, name }) => isFinal && name === 'DiskFull');
    expect(final.map(({ windowStart, count }) => [windowStart - noon, count])).toEqual([
      [0, 1],
      [60_000, 2],
      [120_000, 1],
    ]);
  });
});

describe('two replays of one input', () => {
  test.each([
    ['over one partition', []],
    ['over three partitions', ['--partitions', '3']],
  ])('%s write the same bytes', async (_name, argv) => {
    const [one, other] = [await replayFiles(files, argv), await replayFiles(files, argv)];
    expect(Object.keys(contentsOf(one.folder))).toEqual([
      'alerts.aggregates.v1.ndjson',
      'alerts.enriched.v1.ndjson',
      'alerts.suppressed.v1.ndjson',
      'assignments.ndjson',
      'decisions.v1.ndjson',
      'incidents.v1.ndjson',
    ]);
    expect(contentsOf(other.folder)).toEqual(contentsOf(one.folder));
  });

  test('over one partition and over three find the same occurrences', async () => {
    const [one, other] = [await replayFiles(files), await replayFiles(files, ['--partitions', '3'])];
    const last = (replayed: Replayed) =>
      replayed.enriched
        .filter(({ isFinal, isLate }) => isFinal && !isLate)
        .map(
          ({ occurrence, count, firstSeen, lastSeen }) => `${occurrence} ${count} ${firstSeen} ${lastSeen}`,
        )
        .sort();
    expect(last(other)).toEqual(last(one));
    expect(other.assignments.map(({ position }) => position)).toEqual(
      one.assignments.map(({ position }) => position),
    );
  });
});

describe('what the command line asks for', () => {
  const line = JSON.stringify({ name: 'n', observedAt: noon });

  test('reduce alone decides nothing, and says so', async () => {
    const folder = folderWith({ 'a.ndjson': line });
    const args = ['replay', 'a.ndjson', '--graphs', 'reduce', '--out', 'out'];
    const { exitCode, stdout } = await call([...args, '-o', 'json'], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      alerts: 1,
      passed: null,
      folded: null,
      suppressed: null,
      incidents: null,
      deadLettered: 0,
    });
    expect(existsSync(join(folder, 'out', 'assignments.ndjson'))).toBe(false);
    expect((await call(args, { cwd: folder })).stdout).toContain('not decided');
  });

  test('a folder that was written before holds nothing of the run before', async () => {
    const folder = folderWith({ 'a.ndjson': line, 'b.ndjson': `${line}\n${line}` });
    await call(['replay', 'b.ndjson', '--out', 'out'], { cwd: folder });
    await call(['replay', 'a.ndjson', '--out', 'out'], { cwd: folder });
    expect(readWritten(join(folder, 'out')).assignments).toHaveLength(1);
    await call(['replay', 'a.ndjson', '--out', 'out', '--graphs', 'reduce'], { cwd: folder });
    expect(readdirSync(join(folder, 'out'))).not.toContain('assignments.ndjson');
  });

  test('a packed file, and a file given twice, by the names that the user gave', async () => {
    const folder = folderWith({});
    writeFileSync(join(folder, 'a.gz'), gzipSync(line));
    const { exitCode } = await call(['replay', './a.gz', './a.gz', '--out', 'out'], { cwd: folder });
    expect(exitCode).toBe(0);
    expect(fates(readWritten(join(folder, 'out')))).toEqual([
      './a.gz 0/0: passed first',
      './a.gz 0/0: folded repeat',
    ]);
  });

  test('a summary for people', async () => {
    const { stdout } = await call(['replay', 'a.ndjson'], { files: { 'a.ndjson': `${line}\n${line}\n` } });
    expect(stdout).toMatch(/^alerts +2\npassed +1 +50\.0 %\nfolded +1 +50\.0 %\n/);
    expect(stdout).toMatch(
      /\nthe largest incidents\n\S+Z +1 +\w+ +\S.*\n2 records in [\d.]+ s: [\d,]+ alerts\/s, \d+ MB\n$/,
    );
  });

  test('a pace does not change what comes out', async () => {
    const { exitCode, stdout } = await call(['replay', 'a.ndjson', '--speed', '10000x', '-o', 'json'], {
      files: { 'a.ndjson': line },
    });
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ passed: 1 });
  });

  test('Ctrl-C ends it without a summary, since there is none', async () => {
    const interrupted = AbortSignal.abort();
    const called = await call(['replay', 'a.ndjson', '--speed', '1x'], {
      files: { 'a.ndjson': line },
      interrupted,
    });
    expect(called).toEqual({
      exitCode: 130,
      stdout: '',
      stderr: 'interrupted: what was written is not complete\n',
    });
  });

  test('empty files among others are told of', async () => {
    const { exitCode, stderr } = await call(['replay', 'a.ndjson', 'b.ndjson', 'c.ndjson'], {
      files: { 'a.ndjson': line, 'b.ndjson': '', 'c.ndjson': '{"name":"no time"}' },
    });
    expect(exitCode).toBe(0);
    expect(stderr).toBe(
      'b.ndjson holds no record\nc.ndjson states no time that can be used: its records come at the first time known\n',
    );
  });
});

describe('what cannot be done ends with an exit code and what to do', () => {
  test.each<[string, string[], number, string]>([
    ['a file that is not there', ['nowhere.csv'], 64, 'nowhere.csv: there is no such file'],
    ['a folder', ['.'], 64, '.: it is a folder; name the files in it'],
    ['an archive that ends early', ['cut.gz'], 64, 'cut.gz: the gzip archive ends early'],
    ['a file of no format', ['a.txt'], 64, 'a.txt begins with "hello"; formats: ndjson, json, ait-ads'],
    [
      'a format that is none',
      ['a.ndjson', '--format', 'xml'],
      64,
      '--format xml: use auto, ndjson, json, ait-ads',
    ],
    ['files without any record', ['empty'], 64, 'the input holds no record: empty'],
    [
      'a speed that is none',
      ['a.ndjson', '--speed', 'fast'],
      64,
      '--speed fast: use max, or a factor such as 60x',
    ],
    ['a speed of zero', ['a.ndjson', '--speed', '0x'], 64, '--speed 0x'],
    ['half a partition', ['a.ndjson', '--partitions', '0.5'], 64, '--partitions 0.5: use 1 to 1024'],
    ['a graph that is none', ['a.ndjson', '--graphs', 'reduce,relte'], 64, '--graphs relte'],
    ['relate without reduce', ['a.ndjson', '--graphs', 'relate'], 64, 'a replay begins with reduce'],
    [
      'a warehouse without relate',
      ['a.ndjson', '--graphs', 'reduce', '--warehouse'],
      64,
      'nothing to store without relate',
    ],
    ['no file at all', [], 64, "missing required argument 'files'"],
    [
      'a place where nothing can be written',
      ['a.ndjson', '--out', 'a.txt/out'],
      64,
      'the results cannot be written',
    ],
    ['a config with a mistake', ['a.ndjson', '--config', 'bad.yaml'], 78, 'unknown key `dedup`'],
    ['a config that is not there', ['a.ndjson', '--config', 'nowhere.yaml'], 78, 'nowhere.yaml'],
  ])('%s', async (_name, argv, exitCode, words) => {
    const folder = folderWith({
      'a.ndjson': JSON.stringify({ name: 'n', observedAt: noon }),
      'a.txt': 'hello\n',
      empty: '',
      'bad.yaml': 'dedup: {}\n',
    });
    writeFileSync(join(folder, 'cut.gz'), gzipSync('x'.repeat(1_000)).subarray(0, 20));
    const called = await call(['replay', ...argv], { cwd: folder });
    expect({ exitCode: called.exitCode, stdout: called.stdout }).toEqual({ exitCode, stdout: '' });
    expect(called.stderr).toContain(words);
  });
});
