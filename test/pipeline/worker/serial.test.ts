import { expect, test } from 'vitest';
import { Serial } from '../../../pipeline/worker/serial.ts';
import { gate } from '../../support/recording-member.ts';

test('a task begins when the one before it has ended', async () => {
  const serial = new Serial();
  const { passed, open } = gate();
  const journal: string[] = [];
  const first = serial.run(async () => {
    journal.push('first begins');
    await passed;
    journal.push('first ends');
  });
  const second = serial.run(async () => journal.push('second'));
  open();
  await Promise.all([first, second]);
  expect(journal).toEqual(['first begins', 'first ends', 'second']);
});

test('a task that fails tells its own caller and keeps nobody behind it from running', async () => {
  const serial = new Serial();
  const failing = serial.run(() => Promise.reject(new Error('oh')));
  const next = serial.run(async () => 'ran');
  await expect(failing).rejects.toThrow('oh');
  expect(await next).toBe('ran');
});
