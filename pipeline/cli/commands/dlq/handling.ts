import {
  type ChoiceOf,
  chooseRecords,
  type Handled,
  handleLetters,
  LetterSummary,
} from '../../../dead-letters/index.ts';
import { type Invocation, optionText } from '../../command.ts';
import { readConfig } from '../../config-file.ts';
import { exitCodes } from '../../exit-code.ts';
import type { Io } from '../../io.ts';
import { json, number } from '../../print.ts';
import { progressOn } from '../../progress.ts';
import { withCluster } from '../../real-neighbours.ts';
import { filterOf } from './options.ts';
import { groupsText } from './text.ts';

/** How one of the two commands puts what it does: `would send 3 records …`, `sent 3 records …`. */
export interface Words {
  readonly would: string;
  readonly did: string;
  readonly what: string;
}

/** JSON: `{isExecuted, records, letters, groups[]?}`; groups only in a dry run. */
export async function handleOrTell(
  choice: Pick<ChoiceOf, 'handling' | 'state'>,
  words: Words,
  { invocation, io }: { readonly invocation: Invocation; readonly io: Io },
): Promise<number> {
  const config = await readConfig(optionText(invocation, 'config'), io);
  const asked = { ...choice, filter: filterOf(invocation, Date.now()) };
  const isExecuted = invocation.options['execute'] === true;
  return withCluster(config, async (broker) => {
    if (!isExecuted) return tellChoice(await chooseRecords(broker, asked), words, { invocation, io });
    const progress = progressOn(io);
    const handled = await handleLetters(broker, {
      ...asked,
      signal: io.interrupted,
      onDone: (records, of) => progress.show(records, of),
    }).finally(() => progress.clear());
    return tellHandled(handled, words, { invocation, io });
  });
}

interface Around {
  readonly invocation: Invocation;
  readonly io: Io;
}

function tellChoice(
  { records }: Awaited<ReturnType<typeof chooseRecords>>,
  { would, what }: Words,
  { invocation, io }: Around,
): number {
  const summary = new LetterSummary();
  const letters = records.flatMap((record) => record.letters);
  for (const letter of letters) summary.add(letter, 'open');
  const groups = summary.groups();
  const counts = { isExecuted: false, records: records.length, letters: letters.length };
  if (invocation.output === 'json') io.stdout.write(json({ ...counts, groups }));
  else {
    io.stdout.write(`would ${would} ${countText(counts)}${what}\n`);
    if (groups.length > 0) io.stdout.write(`\n${groupsText(groups)}`);
  }
  if (groups.length > 0) io.stderr.write('nothing was done: add --execute\n');
  return exitCodes.done;
}

function tellHandled(
  { records, letters, of }: Handled,
  { did, what }: Words,
  { invocation, io }: Around,
): number {
  const counts = { isExecuted: true, records, letters };
  io.stdout.write(invocation.output === 'json' ? json(counts) : `${did} ${countText(counts)}${what}\n`);
  if (io.interrupted.aborted && records < of) {
    io.stderr.write(`interrupted: ${number(of - records)} records are left as they were\n`);
    return exitCodes.interrupted;
  }
  if (records < of) io.stderr.write(`${number(of - records)} records were taken by retention meanwhile\n`);
  return exitCodes.done;
}

function countText({ records, letters }: { readonly records: number; readonly letters: number }): string {
  const counted = (count: number, noun: string) => `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
  return `${counted(records, 'record')} (${counted(letters, 'dead letter')})`;
}
