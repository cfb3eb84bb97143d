import { z } from 'zod';
import { span } from '../span.ts';

const ms = (value: number, text: string) => span().nonnegative().default(value).describe(text);

/** One config for both sides: combine and fold must agree on cells and lateness. */
export const DedupeConfig = z
  .strictObject({
    windowMs: span()
      .positive()
      .default(300_000)
      .describe('How long an observation of a source without ends speaks for; also the length of a cell.'),
    latenessMs: ms(60_000, 'How far behind the log an observation may be and still count in its occurrence.'),
    skewMs: ms(30_000, 'How far ahead of the log an observation may claim to be; later times are clamped.'),
    graceMs: ms(30_000, 'How much longer RELATE waits for statements about a cell that is over.'),
    slackMs: ms(1_000, 'How much longer REDUCE keeps a run after its last statement about it.'),
    reachMs: ms(
      86_400_000,
      'How far back a named start may reach, and how long an explicit source is believed.',
    ),
    resolveAfterMs: ms(300_000, 'How long a timeout source may be silent when it names no end.'),
    resolveReachMs: ms(
      900_000,
      'How far back a resolve may end an occurrence that is still open. Prometheus repeats a resolve for 15 minutes.',
    ),
    remindEveryMs: ms(3_600_000, 'An observation this long after the last telling passes as a reminder.'),
    maxOccurrenceMs: span()
      .min(7_200_000)
      .multipleOf(3_600_000)
      .default(86_400_000)
      .describe('An occurrence longer than this, whole hours, is cut into several.'),
    forgetMs: ms(
      1_800_000,
      'How long RELATE remembers what it counted after a cell is over, so that a statement repeated late counts nothing twice.',
    ),
    traceAssignments: z
      .boolean()
      .default(false)
      .describe('States for every alert which run it went into; for replays and explanations.'),
  })
  .refine((config) => config.resolveReachMs >= config.latenessMs, {
    path: ['resolveReachMs'],
    error: 'must be at least latenessMs: a resolve may come that late',
  });

export type DedupeConfig = z.infer<typeof DedupeConfig>;

export type CellTimes = Pick<DedupeConfig, 'windowMs'>;

/** Start of the cell that holds `t`. */
export function cellOf(t: number, times: CellTimes): number {
  return cellNumberOf(t, times) * times.windowMs;
}

/** Cells are numbered from that of the epoch on. */
export function cellNumberOf(t: number, { windowMs }: CellTimes): number {
  return Math.floor(t / windowMs);
}

/** Start of the first cell that may still receive statements when everything up to `complete` has arrived. */
export function firstLiveCell(complete: number, config: DedupeConfig): number {
  return cellOf(complete - config.latenessMs - config.graceMs, config);
}

/** The `complete` from which on a cell is dead: nothing about it is accepted any more. */
export function deathOf(cell: number, config: DedupeConfig): number {
  return cell + config.windowMs + config.latenessMs + config.graceMs;
}

/** How far before the start of its own cell a resolve may act, in whole cells. */
export function resolveReach(config: DedupeConfig): number {
  return Math.ceil(config.resolveReachMs / config.windowMs) * config.windowMs;
}
