// Apicurio Registry; its Confluent-compatible API is below /apis/ccompat/v7.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { libraries, requireJava } from './libraries.mjs';
import { freePorts } from './processes.mjs';

export async function prepareRegistry() {
  requireJava();
  const folder = await libraries('registry');
  const jar = readdirSync(folder).find((name) => name.endsWith('-runner.jar'));
  return (root) => planRegistry(root, join(folder, jar));
}

/** Returns its process, not started. */
async function planRegistry(root, jar) {
  const [port] = await freePorts(1);
  const store = join(root, 'registry');
  mkdirSync(store, { recursive: true });
  const one = {
    name: 'registry',
    service: 'registry',
    port,
    command: 'java',
    args: [
      '-Xmx384m',
      '-XX:TieredStopAtLevel=1',
      '-XX:+UseSerialGC',
      '-Dquarkus.http.host=127.0.0.1',
      `-Dquarkus.http.port=${port}`,
      `-Dapicurio.datasource.url=jdbc:h2:file:${join(store, 'db')}`,
      '-jar',
      jar,
    ],
    mark: store,
    log: join(root, 'logs', 'registry.log'),
    readyMs: 60_000,
  };
  return { processes: [one], env: { SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}/apis/ccompat/v7` } };
}
