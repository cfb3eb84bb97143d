import { expect, test } from 'vitest';
import { progressOn } from '../../../pipeline/cli/progress.ts';

function terminal(isTTY: boolean) {
  const written: string[] = [];
  return { written, stderr: { isTTY, columns: 80, write: (text: string) => written.push(text) } };
}

test('a terminal is written to once a second at most, and the line is taken away', () => {
  let now = 0;
  const { stderr, written } = terminal(true);
  const progress = progressOn({ stderr }, () => now);
  for (now = 0; now <= 2_000; now += 100) progress.show(now, 4_000);
  progress.clear();
  progress.clear();
  expect(written).toEqual([
    '\r1,000 of 4,000 records, 25.0 %\u001b[K',
    '\r2,000 of 4,000 records, 50.0 %\u001b[K',
    '\r\u001b[K',
  ]);
});

test('what takes less than a second is not talked about, and a pipe never is', () => {
  const quick = terminal(true);
  const progress = progressOn(quick, () => 0);
  progress.show(1, 1);
  progress.clear();
  const pipe = terminal(false);
  let now = 0;
  const silent = progressOn(pipe, () => now);
  now = 5_000;
  silent.show(1, 2);
  silent.clear();
  expect([...quick.written, ...pipe.written]).toEqual([]);
});
