import { describe, expect, onTestFinished, test } from 'vitest';
import { wantedSchemas } from '../../../../pipeline/provisioning/index.ts';
import { EmbeddedRegistry, openRestFront } from '../../../../pipeline/registry/index.ts';
import { codecs } from '../../../../schemas/avro/index.ts';
import { describeService, registryForTests } from '../../../support/services.ts';
import { call } from '../calling.ts';

const at = (url: string) => ({
  files: { 'tocsin.yaml': `registry: { kind: confluent, url: ${JSON.stringify(url)} }\n` },
});

/** A registry of this test's own, behind the API of a real one. */
async function openFront() {
  const registry = new EmbeddedRegistry();
  const front = await openRestFront(registry);
  onTestFinished(() => front.close());
  return { registry, around: at(front.url) };
}

describe('schemas', () => {
  test('check tells what would be registered, and registers nothing', async () => {
    const { registry, around } = await openFront();
    const { exitCode, stdout, stderr } = await call(['schemas', 'check'], around);
    const all = wantedSchemas.length;
    expect([exitCode, stderr]).toEqual([1, `${all} of ${all} are not registered: tocsin schemas register\n`]);
    expect(stdout).toMatch(/\nalerts\.raw\.v1-value +would be registered +– +–\n/);
    expect(registry.subjects()).toEqual([]);
  });

  test('register registers, and check finds it', async () => {
    const { registry, around } = await openFront();
    expect((await call(['schemas', 'register'], around)).exitCode).toBe(0);
    expect(registry.subjects()).toEqual(wantedSchemas.map(({ subject }) => subject).sort());
    const { exitCode, stdout } = await call(['schemas', 'check', '-o', 'json'], around);
    const { subjects } = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(subjects).toHaveLength(wantedSchemas.length);
    expect(subjects).toContainEqual(expect.objectContaining({ state: 'registered', version: 1 }));
  });

  test('one that is missing among those that are registered is told as well', async () => {
    const { registry, around } = await openFront();
    const [missing, ...others] = wantedSchemas;
    for (const { subject, schema } of others) await registry.register(subject, schema);
    const { exitCode, stdout } = await call(['schemas', 'check', '-o', 'json'], around);
    const { subjects } = JSON.parse(stdout);
    expect(exitCode).toBe(1);
    expect(subjects.filter(({ state }: { state: string }) => state !== 'registered')).toEqual([
      { subject: missing?.subject, state: 'new', id: null, version: null, problems: [] },
    ]);
  });

  test.each(['check', 'register'])('%s says what is incompatible, with exit code 1', async (command) => {
    const { registry, around } = await openFront();
    const strange = { type: 'record', name: 'RawAlert', fields: [{ name: 'name', type: 'long' }] };
    await registry.register(codecs.raw.subject, strange);
    const { exitCode, stdout, stderr } = await call(['schemas', command], around);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/\nalerts\.raw\.v1-value +incompatible /);
    expect(stderr).toMatch(/^alerts\.raw\.v1-value, version 1: /);
    expect(registry.subjects()).toEqual([codecs.raw.subject]);
  });
});

describeService('schemas on a real registry', await registryForTests(), (url) => {
  test('are registered, and registered again without a second version', async () => {
    const states = async () =>
      JSON.parse((await call(['schemas', 'register', '-o', 'json'], at(url))).stdout);
    const first = await states();
    expect(first.subjects.map(({ state }: { state: string }) => state)).not.toContain('new');
    expect(await states()).toEqual(first);
  });
});
