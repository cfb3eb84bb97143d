import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { codecs } from '../../schemas/avro/index.ts';
import type { PeerOrder, Taken } from './peer.ts';

const bareEntry = fileURLToPath(new URL('bare.ts', import.meta.url));
const streamsFolder = fileURLToPath(new URL('kafka-streams/', import.meta.url));
/** Beside what the services are made of; Git does not look there. */
const streamsBuild = fileURLToPath(new URL('../../.tocsin/kafka-streams/', import.meta.url));

/** Runs the bare loop until it has read all alerts. */
export async function runBare(order: PeerOrder): Promise<Taken> {
  const args = ['--import', 'tsx', bareEntry, JSON.stringify(order)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Taken;
}

export type Guarantee = 'at_least_once' | 'exactly_once_v2';

/** Runs the Kafka Streams application until it has read all alerts, and has flushed and committed what it did. */
export async function runStreams(order: PeerOrder, guarantee: Guarantee): Promise<Taken> {
  mkdirSync(order.folder, { recursive: true });
  const schema = join(order.folder, 'raw-alert.avsc');
  writeFileSync(schema, JSON.stringify(codecs.raw.schema));
  const classpath = [join(streamsBuild, 'classes'), join(streamsBuild, 'libs', '*')].join(':');
  const args = ['-cp', classpath, 'tocsin.bench.Main', JSON.stringify(order), guarantee, schema];
  try {
    // The broker's options are not the application's: it runs as anyone would start it.
    const env = { ...process.env, _JAVA_OPTIONS: '' };
    const { stdout } = await promisify(execFile)('java', args, { env });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Taken;
  } finally {
    rmSync(order.folder, { recursive: true, force: true });
  }
}

/** Builds the Kafka Streams application where it is missing or old. Returns null, or why it cannot run here. */
export function prepareStreams(): string | null {
  const missing = ['java', 'mvn'].filter((command) => !isOnPath(command));
  if (missing.length > 0) return `${missing.join(' and ')} not on the PATH`;
  if (isBuilt()) return null;
  execFileSync(
    'mvn',
    ['-q', '-B', '-f', join(streamsFolder, 'pom.xml'), 'package', `-Dout=${streamsBuild}`],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  return null;
}

export function isOnPath(command: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, command)));
}

/** Whether the classes are newer than the source they are made of. */
function isBuilt(): boolean {
  const jar = join(streamsBuild, 'kafka-streams-1.jar');
  if (!existsSync(jar)) return false;
  const sources = readdirSync(streamsFolder, { recursive: true, encoding: 'utf8' });
  const builtAt = statSync(jar).mtimeMs;
  return sources.every((file) => statSync(join(streamsFolder, file)).mtimeMs < builtAt);
}
