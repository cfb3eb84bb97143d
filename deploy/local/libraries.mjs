// Fetches what the services are made of, once: Maven puts it below .tocsin/services/, nothing is installed.

import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const home = fileURLToPath(new URL('../../.tocsin/services/', import.meta.url));

/** The oldest Java that Kafka 4.1 and the registry run on. */
const oldestJava = 17;

/** A hundred megabytes over a poor line; Maven itself waits half an hour for a server that has gone silent. */
const downloadMs = 240_000;

/** The folder with the service's libraries; Maven is asked only when they are missing or their POM has changed. */
export async function libraries(service) {
  const pom = join(here, `${service}.pom.xml`);
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const folder = join(home, `${service}-${version}`);
  const mark = join(folder, '.complete');
  if (existsSync(mark)) return folder;
  requireMaven();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    const args = ['-q', '-B', '-f', pom, 'package', `-Dlibs=${folder}`];
    await promisify(execFile)('mvn', args, { timeout: downloadMs });
  } catch (error) {
    const reason = error.killed ? 'it took too long' : String(error.stdout).trim().slice(0, 1_000);
    throw new Error(`Maven could not fetch ${service}:\n${reason}`);
  }
  writeFileSync(mark, '');
  return folder;
}

/** Throws with what to do when there is no Java, or one that is too old. */
export function requireJava() {
  const version = outputOf('java', ['-XshowSettings:properties', '-version']);
  const major = Number(/java\.specification\.version = (\d+)/.exec(version)?.[1] ?? 0);
  if (major >= oldestJava) return;
  const found = major === 0 ? 'there is none on the PATH' : `this is Java ${major}`;
  throw new Error(
    `the service needs Java ${oldestJava} or newer, ${found}: install a JRE, e.g. openjdk-17-jre`,
  );
}

function requireMaven() {
  if (outputOf('mvn', ['-v']) !== '') return;
  throw new Error('Maven fetches the services and is not on the PATH: install it, e.g. the package maven');
}

/** Both streams of a command that answers at once; empty when it cannot be run. */
function outputOf(command, args) {
  try {
    return execFileSync('sh', ['-c', '"$0" "$@" 2>&1', command, ...args], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
