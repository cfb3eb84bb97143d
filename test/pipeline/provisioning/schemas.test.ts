import { describe, expect, test } from 'vitest';
import { checkSchemas, registerSchemas, wantedSchemas } from '../../../pipeline/provisioning/index.ts';
import { EmbeddedRegistry } from '../../../pipeline/registry/index.ts';
import { registerSchemas as registerOfWorker } from '../../../pipeline/worker/schema-ids.ts';
import { codecs } from '../../../schemas/avro/index.ts';

const alertOf = (...fields: readonly object[]) => ({ type: 'record', name: 'Alert', fields });
const name = { name: 'name', type: 'string' };
const team = { name: 'team', type: 'string' };

const first = { subject: 'a-value', schema: alertOf(name) };
const wider = { subject: 'a-value', schema: alertOf(name, { ...team, default: '' }) };
const breaking = { subject: 'a-value', schema: alertOf(name, team) };
const other = { subject: 'b-value', schema: alertOf(name) };

const summary = (states: Awaited<ReturnType<typeof checkSchemas>>) =>
  states.map(({ subject, state, version }) => `${subject} ${state} ${version ?? '–'}`);

describe('checking', () => {
  test('tells what is registered, what could be and what could not, and changes nothing', async () => {
    const registry = new EmbeddedRegistry();
    await registry.register(first.subject, first.schema);
    expect(summary(await checkSchemas(registry, [first, wider, breaking, other]))).toEqual([
      'a-value registered 1',
      'a-value new –',
      'a-value incompatible –',
      'b-value new –',
    ]);
    expect(registry.subjects()).toEqual(['a-value']);
    expect(registry.versions('a-value')).toHaveLength(1);
  });

  test('says which version an incompatible schema cannot read', async () => {
    const registry = new EmbeddedRegistry();
    await registry.register(first.subject, first.schema);
    const [state] = await checkSchemas(registry, [breaking]);
    expect(state?.problems).toEqual([expect.stringContaining('version 1: ')]);
  });
});

describe('registering', () => {
  test('registers all schemas of this version, under <topic>-value, and a second time nothing', async () => {
    const registry = new EmbeddedRegistry();
    const states = await registerSchemas(registry, wantedSchemas);
    expect(states.every(({ state, id }) => state === 'registered' && Number(id) > 0)).toBe(true);
    expect(registry.subjects()).toContain('alerts.raw.v1-value');
    expect(await registerSchemas(registry, wantedSchemas)).toEqual(states);
  });

  test('registers whatever a worker asks for', async () => {
    const asked = new EmbeddedRegistry();
    await registerOfWorker(asked);
    const subjects = wantedSchemas.map(({ subject }) => subject);
    expect(subjects).toEqual(expect.arrayContaining([...asked.subjects()]));
    expect(subjects).toEqual(expect.arrayContaining([codecs.raw.subject, codecs.control.subject]));
  });

  test('goes on from an older version', async () => {
    const registry = new EmbeddedRegistry();
    await registry.register(first.subject, first.schema);
    expect(summary(await registerSchemas(registry, [wider]))).toEqual(['a-value registered 2']);
  });

  test('registers nothing when one is incompatible: half of a version is none', async () => {
    const registry = new EmbeddedRegistry();
    await registry.register(first.subject, first.schema);
    const states = await registerSchemas(registry, [other, breaking]);
    expect(summary(states)).toEqual(['b-value new –', 'a-value incompatible –']);
    expect(registry.subjects()).toEqual(['a-value']);
  });
});
