import { runShare } from '../jobs.ts';
import type { Options } from '../options.ts';
import { type Plant, plantInto, uproot } from './plant.ts';
import { rebuildPlants } from './rebuild-plants.ts';
import { sendPlants } from './send-plants.ts';
import { sinkPlants } from './sink-plants.ts';
import { statePlants } from './state-plants.ts';
import { stimulusPlants } from './stimulus-plants.ts';
import { transactionPlants } from './transaction-plants.ts';

export const plants: readonly Plant[] = [
  ...statePlants,
  ...rebuildPlants,
  ...stimulusPlants,
  ...sendPlants,
  ...sinkPlants,
  ...transactionPlants,
];

/** Looks for one planted bug, or for all; says after how many seeds each was found. Returns an exit code. */
export async function runPlants(options: Options, say: (line: string) => void): Promise<number> {
  const chosen = options.plant === 'all' ? plants : plants.filter(({ name }) => name === options.plant);
  if (chosen.length === 0) {
    say(`no plant ${options.plant}; there are: ${plants.map(({ name }) => name).join(', ')}`);
    return 64;
  }
  say('| plant | what is wrong | mode | found after | by |');
  say('|---|---|---|---|---|');
  const open = [...chosen];
  let missed = 0;
  const work = async (): Promise<void> => {
    for (let plant = open.shift(); plant !== undefined; plant = open.shift())
      if (!(await look(plant, options, say))) missed += 1;
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  return missed === 0 ? 0 : 1;
}

async function look(plant: Plant, { from, seeds }: Options, say: (line: string) => void): Promise<boolean> {
  const { name, what, mode } = plant;
  const folder = plantInto(plant);
  try {
    const findings = await runShare({ from, seeds, mode, untilFound: true, folder });
    const [violation] = findings.violating[0]?.violations ?? [];
    const isFound = violation !== undefined;
    const after = isFound ? `${findings.seeds} seeds` : `not in ${findings.seeds} seeds`;
    say(`| ${name} | ${what} | ${mode} | ${after} | ${violation?.check ?? ''} |`);
    return isFound;
  } finally {
    uproot(folder);
  }
}
