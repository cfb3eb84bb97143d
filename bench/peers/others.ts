import { isOnPath } from './run-peer.ts';

/** Others who could drain the topic, by the commands that they are called by. */
const others = [
  { name: 'Redpanda Connect', commands: ['redpanda-connect', 'rpk'] },
  { name: 'Vector', commands: ['vector'] },
  { name: 'Alertmanager', commands: ['alertmanager'] },
] as const;

/**
 * Says of each whether it is there. None is run either way: there is no recipe for it, and one that nobody has run is none.
 */
export function othersFound(isThere: (command: string) => boolean = isOnPath): readonly string[] {
  return others.map(({ name, commands }) => {
    const found = commands.filter(isThere);
    return found.length === 0
      ? `${name}: not run, and not on the PATH (${commands.join(', ')})`
      : `${name}: not run, though ${found.join(' and ')} is on the PATH: there is no recipe for it`;
  });
}
