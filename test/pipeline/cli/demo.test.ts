import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { Io } from '../../../pipeline/cli/io.ts';
import { run } from '../../../pipeline/cli/main.ts';
import { call } from './calling.ts';

const short = ['demo', '--minutes', '10'];

/** A terminal with a keyboard; `onDraw` sees the text of each write. */
function terminal(onDraw: (keyboard: PassThrough, drawn: string) => void) {
  const keyboard = Object.assign(new PassThrough(), {
    isTTY: true,
    modes: [] as boolean[],
    setRawMode(isRaw: boolean) {
      this.modes.push(isRaw);
    },
  });
  const interruption = new AbortController();
  let written = '';
  const stdout = {
    write: (text: string) => {
      written += text;
      onDraw(keyboard, text);
    },
    isTTY: true,
    columns: 80,
  };
  const io: Io = {
    ...{ stdout, stdin: keyboard, env: {}, cwd: '.', interrupted: interruption.signal },
    abandon: () => {},
    stderr: { write: () => {}, isTTY: true, columns: 80 },
  };
  return { io, keyboard, interruption, text: () => written };
}

const enters = '\u001b[?1049h';
const leaves = '\u001b[?1049l';

describe('tocsin demo without a terminal', () => {
  it('prints lines as it goes on stderr, the summary and what to try next on stdout, and no escape codes', async () => {
    const { exitCode, stdout, stderr } = await call([...short, '--speed', 'max']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('seed 1');
    expect(stderr).toMatch(/09:05:\d\d {2}[\d,]+ alerts: [\d,]+ passed/);
    expect(stdout).toMatch(/accounted for +100\.0 %/);
    expect(stdout.match(/^ {2}npx tocsin .+/gm)).toHaveLength(3);
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it('prints the summary alone as JSON', async () => {
    const { exitCode, stdout, stderr } = await call([
      ...short,
      '--seed',
      '7',
      '--speed',
      'max',
      '-o',
      'json',
    ]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ seed: 7, accountedFor: 1, isWhole: true },
      incidents: { true: expect.any(Number), found: expect.any(Number), spurious: expect.any(Number) },
      rootCause: { right: expect.any(Number), of: expect.any(Number) },
      ...{ incidentsPublished: expect.any(Number), notificationsWithout: expect.any(Number) },
    });
  });

  it.each([
    ['a seed that is no number', ['--seed', 'x']],
    ['a negative seed', ['--seed=-1']],
    ['a speed of nothing', ['--speed', '0x']],
    ['a story too short to tell', ['--minutes', '1']],
    ['an option that it does not have', ['--sed', '1']],
  ])('refuses %s with exit code 64', async (_, options) => {
    const { exitCode, stdout } = await call(['demo', ...options]);
    expect([exitCode, stdout]).toEqual([64, '']);
  });
});

describe('tocsin demo on a terminal', () => {
  it('draws on the other screen; q gives the terminal back and prints the summary', async () => {
    const { io, keyboard, text } = terminal((keys, drawn) => {
      if (/minute [1-9]/.test(drawn)) keys.write('q');
    });
    const exitCode = await run([...short, '--speed', '3000x'], io);
    const [view = '', after = ''] = text().split(leaves);
    expect(exitCode).toBe(0);
    expect(view).toContain(enters);
    expect(view).toMatch(/newest decisions/);
    expect(after).toContain('was ended early');
    expect(keyboard.modes).toEqual([true, false]);
    expect(keyboard.listenerCount('data')).toBe(0);
  });

  it('an interruption gives the terminal back and ends with exit code 130 without a summary', async () => {
    const { io, keyboard, interruption, text } = terminal((_, drawn) => {
      if (/minute [1-9]/.test(drawn)) interruption.abort();
    });
    expect(await run([...short, '--speed', '3000x'], io)).toBe(130);
    expect(text().split(leaves)).toHaveLength(2);
    expect(text().endsWith(leaves)).toBe(true);
    expect(keyboard.modes).toEqual([true, false]);
  });
});
