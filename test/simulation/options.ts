import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

export const modes = ['effectively-once', 'exactly-once'] as const;
export type Mode = (typeof modes)[number];

export interface Options {
  readonly seeds: number;
  readonly from: number;
  readonly mode: Mode;
  /** Processes side by side. */
  readonly jobs: number;
  /** Name of a planted bug, or `all`; null to test the source as it is. */
  readonly plant: string | null;
  readonly isVerbose: boolean;
  /** Ends with the first violation. */
  readonly untilFound: boolean;
  /** One JSON line at the end instead of talk; for the process that counts together. */
  readonly isJson: boolean;
}

export const usage = `npm run test:simulation -- [--seeds N] [--from S] [--mode ${modes.join('|')}] [--jobs J] [--plant NAME|all] [--verbose]

  --seeds N    how many worlds to run (100)
  --from S     seed of the first one (1); --from S --seeds 1 runs seed S again
  --mode M     delivery of the workers (effectively-once)
  --jobs J     processes side by side (as many as there are processors)
  --plant P    plants a bug in a copy of the source and says after how many seeds it is found; all: every one, as a table
  --verbose    prints what happens, one line each
`;

/** Throws an Error with a sentence for what is not understood. */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      mode: { type: 'string', default: modes[0] },
      jobs: { type: 'string', default: String(availableParallelism()) },
      plant: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      'until-found': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const mode = modes.find((one) => one === values.mode);
  if (mode === undefined) throw new Error(`--mode ${values.mode}: expected ${modes.join(' or ')}`);
  return {
    mode,
    seeds: wholeNumber('--seeds', values.seeds),
    from: wholeNumber('--from', values.from),
    jobs: Math.max(1, wholeNumber('--jobs', values.jobs)),
    plant: values.plant ?? null,
    isVerbose: values.verbose,
    untilFound: values['until-found'],
    isJson: values.json,
  };
}

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new Error(`${name} ${text}: expected a whole number`);
}
