import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { envOfImage, nodeArgsOfImage, nodeArgsOfSource } from '../chaos/run/worker-process.ts';
import { instructions, pathOf, textOf, wordsOf } from './reading.ts';

const bases = instructions('FROM').map((text) => text.split(' ')[0] ?? '');
/** What is copied from the build context; the rest comes from the stage before. */
const copied = instructions('COPY')
  .filter((text) => !text.startsWith('--from'))
  .flatMap((text) => text.split(' ').slice(0, -1));
const ignored = textOf('.dockerignore').split('\n');

describe('the image', () => {
  test('every stage is of one pinned Node', () => {
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:\d+\.\d+\.\d+-/);
  });

  test('its Node runs TypeScript as it is, since tsx has no engine without the optional packages', () => {
    const [, major, minor] = /^node:(\d+)\.(\d+)/.exec(bases[0] ?? '') ?? [];
    expect(Number(major) * 100 + Number(minor)).toBeGreaterThanOrEqual(2_218);
  });

  test.for(copied)('%s is there, and in the build context', (path) => {
    expect(existsSync(pathOf(path))).toBe(true);
    expect(ignored).toContain(`!${path}`);
  });

  test('the build context holds nothing that is not copied', () => {
    const letIn = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(new Set(letIn)).toEqual(new Set(copied));
  });

  test('it runs as a user without rights', () => {
    expect(instructions('USER')).toEqual(['node']);
  });

  test('it starts our launcher, on the port that it exposes and asks for its health', () => {
    const [node, ...others] = wordsOf('ENTRYPOINT');
    const launcher = others.pop() ?? '';
    expect([node, existsSync(pathOf(launcher))]).toEqual(['node', true]);
    // What is measured, and killed, is started as people start it.
    expect(nodeArgsOfImage).toEqual(others);
    const told = instructions('ENV').flatMap((text) => text.split(' '));
    expect(told).toEqual(expect.arrayContaining(Object.entries(envOfImage).map((pair) => pair.join('='))));
    const start = `"start": "node ${nodeArgsOfSource.join(' ')} ${launcher} demo"`;
    expect(textOf('package.json')).toContain(start);
    const [port] = instructions('EXPOSE');
    expect(wordsOf('CMD')).toEqual(['run', '--listen', `0.0.0.0:${port}`, '--print', 'none']);
    expect(instructions('HEALTHCHECK')[0]).toContain(`http://127.0.0.1:${port}/livez`);
  });
});
