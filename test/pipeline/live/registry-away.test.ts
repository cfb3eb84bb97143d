import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EmbeddedRegistry, openRestFront } from '../../../pipeline/registry/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import { avroAlert } from '../../support/avro-alert.ts';
import { laterVersionOf } from '../../support/later-version.ts';
import { WorkerProcess } from '../../support/worker-process.ts';

/** A worker of all graphs on an embedded log, whose registry is over HTTP. */
function workerOn(registry: string): WorkerProcess {
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-registry-'));
  writeFileSync(
    join(folder, 'tocsin.yaml'),
    `registry: { kind: confluent, url: "${registry}", autoRegister: true }\nbroker: { rawPartitions: 4 }\n`,
  );
  const worker = new WorkerProcess(folder, ['--print', 'alerts.enriched.v1']);
  onTestFinished(async () => {
    await worker.end('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  return worker;
}

test('a registry that is away holds back the partition that asks for a schema nobody knows, and no other', async () => {
  const registry = new EmbeddedRegistry();
  let front = await openRestFront(registry, { port: 0 });
  onTestFinished(() => front.close());
  const worker = workerOn(front.url);
  const url = await worker.url();
  const known = await registry.register(codecs.raw.subject, codecs.raw.schema);
  const later = await laterVersionOf(codecs.raw, registry);
  const post = async (body: Uint8Array) =>
    expect((await fetch(`${url}/v1/alerts`, { method: 'POST', body: Buffer.from(body) })).status).toBe(202);
  const postKnown = (name: string) => post(codecs.raw.encodeFramed(known, avroAlert(name)));
  const told = (): readonly string[] => worker.printed.map((line) => JSON.parse(line).name).sort();
  const untilTold = (count: number) => worker.until(() => worker.printed[count - 1]);

  await postKnown('before');
  await untilTold(1);
  await front.close();
  // Without keys, one record for each of the four partitions in turn: the fifth is behind the first.
  await post(later.write(avroAlert('of a later version')));
  for (const name of ['beside-1', 'beside-2', 'beside-3', 'behind']) await postKnown(name);
  await untilTold(4);
  const { detail } = await worker.until(() => worker.logged.find(({ code }) => code === 'shard-waits'));
  expect(detail).toMatch(/^alerts\.raw\.v1\/\d: .*registry\.unavailable/);
  expect(told()).toEqual(['before', 'beside-1', 'beside-2', 'beside-3']);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  front = await openRestFront(registry, { port: Number(new URL(front.url).port) });
  await untilTold(6);
  expect(await worker.end('SIGTERM')).toBe(0);
  expect(told()).toEqual(['before', 'behind', 'beside-1', 'beside-2', 'beside-3', 'of a later version']);
  expect(worker.logged.at(-1)).toMatchObject({ code: 'stopped', entered: 6 });
  const codes = worker.logged.map(({ code }) => code);
  for (const code of ['dead-letter', 'shard-lost', 'failed']) expect(codes).not.toContain(code);
}, 60_000);
