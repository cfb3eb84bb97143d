import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const root = new URL('../../', import.meta.url);

/** A file of the repository. */
export const pathOf = (name: string): string => fileURLToPath(new URL(name, root));
export const textOf = (name: string): string => readFileSync(pathOf(name), 'utf8');
export const yamlOf = (name: string): unknown => parse(textOf(name), { merge: true });

const Dependency = z.object({ condition: z.string() });

const Service = z.looseObject({
  image: z.string(),
  build: z.object({ context: z.string(), dockerfile: z.string() }).optional(),
  entrypoint: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), Dependency).default({}),
  healthcheck: z
    .looseObject({ disable: z.boolean().optional(), test: z.array(z.string()).optional() })
    .optional(),
  stop_grace_period: z.string().optional(),
});
export type Service = z.output<typeof Service>;

const Compose = z.object({
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
});

/** `deploy/compose.yaml`, as far as it is looked at. */
export const compose = Compose.parse(Object(yamlOf('deploy/compose.yaml')));

export function serviceOf(name: string): Service {
  const service = compose.services[name];
  if (service === undefined) throw new Error(`compose has no service ${name}`);
  return service;
}

export interface Instruction {
  readonly word: string;
  readonly rest: string;
}

/** The instructions of `deploy/Dockerfile`, in order, with their continuations joined. */
export const dockerfile: readonly Instruction[] = textOf('deploy/Dockerfile')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => ({ word: line.split(' ', 1)[0] ?? '', rest: line.slice(line.indexOf(' ') + 1).trim() }));

/** What follows each `word`. */
export const instructions = (word: string): readonly string[] =>
  dockerfile.filter((each) => each.word === word).map(({ rest }) => rest);

/** The arguments of the last `word` in its JSON form. */
export function wordsOf(word: string): readonly string[] {
  const text = instructions(word).at(-1) ?? '[]';
  return z.array(z.string()).parse(JSON.parse(text.slice(text.indexOf('['))));
}
