import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { normalizeAll, rawRecord } from '../../support/raw-records.ts';

const folder = resolve(process.env['TOCSIN_DATA'] ?? '../shared/data', 'ait-ads');
const runs = ['shaw', 'wardbeck'].map((run) => resolve(folder, `${run}_alerts.csv.gz`));

/** Another way to read a line, to be held against ours. */
const columns = /^(\d+),(.*),([^,]*),([^,]*),([^,]*),[^,]*,[^,]*$/;

describe.skipIf(!runs.every((path) => existsSync(path)))(`real AIT-ADS alerts (in ${folder})`, () => {
  it.each(runs)('of %s are all read, and right', (path) => {
    const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n').slice(1);
    const records = lines.map((line, offset) => rawRecord(line, { offset }));
    const { observations, deadLetters } = normalizeAll(records, { config: { presets: ['ait-ads'] } });
    expect(deadLetters).toEqual([]);
    const read = observations.map(({ head, tail }) => [
      String((tail.observedAt ?? 0) / 1000),
      head.name,
      ...['ip', 'host', 'short'].map((label) => head.labels[label]),
    ]);
    const expected = lines.map((line) => columns.exec(line)?.slice(1));
    // Joined, since comparing two hundred thousand lists takes a minute.
    expect(read.map((row) => row.join('\t')).join('\n')).toBe(
      expected.map((row) => row?.join('\t')).join('\n'),
    );
    const kinds = new Set(expected.map((row) => row?.slice(1).join('\t')));
    expect(new Set(observations.map(({ head }) => head)).size).toBe(kinds.size);
  });
});
