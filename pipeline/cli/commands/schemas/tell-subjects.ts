import type { SubjectState } from '../../../provisioning/index.ts';
import type { Invocation } from '../../command.ts';
import { exitCodes } from '../../exit-code.ts';
import type { Io } from '../../io.ts';
import { json, table } from '../../print.ts';

const words = {
  registered: 'registered',
  new: 'would be registered',
  incompatible: 'incompatible',
} as const;

/** The states on stdout; on stderr what is wrong with the incompatible ones, and what to do about those that are missing. */
export function tellSubjects(states: readonly SubjectState[], { output }: Invocation, io: Io): number {
  io.stdout.write(output === 'json' ? json({ subjects: states }) : statesText(states));
  for (const { subject, problems } of states)
    for (const problem of problems) io.stderr.write(`${subject}, ${problem}\n`);
  const missing = states.filter(({ state }) => state === 'new').length;
  if (missing > 0)
    io.stderr.write(`${missing} of ${states.length} are not registered: tocsin schemas register\n`);
  const isGood = states.every(({ state }) => state === 'registered');
  return isGood ? exitCodes.done : exitCodes.checkedFalse;
}

function statesText(states: readonly SubjectState[]): string {
  const columns = [
    ...[{ title: 'subject' }, { title: 'schema of this version' }],
    ...[{ title: 'version', align: 'right' } as const, { title: 'id', align: 'right' } as const],
  ];
  const rows = states.map(({ subject, state, version, id }) => [
    ...[subject, words[state]],
    ...[version, id].map((each) => (each === null ? '–' : String(each))),
  ]);
  return table(columns, rows);
}
