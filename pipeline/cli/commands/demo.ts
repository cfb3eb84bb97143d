import type { Command } from '../command.ts';

/** Ends with a summary on stdout; the story's view goes to the terminal, and to stderr as plain lines without one. */
export const demo: Command = {
  name: 'demo',
  summary: 'Watch an hour of alerts of a made-up company become a handful of incidents',
  examples: ['tocsin demo', 'tocsin demo --seed 7 --speed 600x', 'tocsin demo --seed 7 --speed max -o json'],
  configure(commander) {
    commander
      .option('--seed <n>', 'the story to tell; the same seed tells the same story', '1')
      .option('--speed <speed>', 'max, or a factor such as 60x: virtual over wall time', '60x')
      .option('--minutes <n>', 'length of the story in virtual minutes, 10 to 1440', '60');
  },
  load: () => import('./show-demo.ts'),
};
