import type { Command } from '../command.ts';
import { configCheck, configSchema, configShow } from './config.ts';
import { demo } from './demo.ts';
import { replay } from './replay.ts';
import { run } from './run.ts';

/** Every command, in the order in which --help lists them. A new one is one more line. */
export const commands: readonly Command[] = [demo, replay, run, configCheck, configShow, configSchema];

/** What the first word of a two-word command stands for. */
export const groups: Readonly<Record<string, string>> = {
  config: 'Check, show and describe the configuration.',
};
