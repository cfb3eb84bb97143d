import { type Row, rowOf } from '../harness/row.ts';
import type { Compared, Comparison, Figures } from './compare.ts';

/** One of ours, and who it is measured by. */
interface Pair {
  readonly one: Compared;
  readonly other: Compared;
  /** CPU of an alert in the whole run, and in the second half of it, as shares of the other's. */
  readonly whole: readonly number[];
  readonly warm: readonly number[];
}

/** Round by round, since the rounds were interleaved: what disturbed one met the other too. */
export function pairsOf(of: readonly Compared[]): readonly Pair[] {
  const ran = of.filter(({ runs }) => runs.length > 0);
  const others = ran.filter(({ name }) => !name.startsWith('Tocsin'));
  return ran
    .filter(({ name }) => name.startsWith('Tocsin'))
    .flatMap((one) =>
      others.map((other) => ({
        ...{ one, other },
        whole: ratiosOf(one, other, ({ wholeUs }) => wholeUs),
        warm: ratiosOf(one, other, ({ warmUs }) => warmUs),
      })),
    );
}

function ratiosOf({ runs }: Compared, other: Compared, figure: (run: Figures) => number): readonly number[] {
  return runs.flatMap((run, round) => {
    const floor = other.runs[round];
    return floor === undefined ? [] : [figure(run) / figure(floor)];
  });
}

/** What our CPU of an alert should not go beyond, as a share of the other's: of the bare loop in the whole run, of Kafka Streams when warm. */
function limitOf({ one, other }: Pair, part: 'whole' | 'warm'): number | null {
  const isBare = other.name.startsWith('bare');
  if (one.name.includes('REDUCE'))
    return isBare ? (part === 'whole' ? 0.7 : null) : part === 'warm' ? 1 : null;
  return isBare && part === 'whole' && one.name.endsWith('whole chain') ? 1.2 : null;
}

export function rowsOf({ load, format, of }: Comparison): readonly Row[] {
  const named = (name: string) => `${load}, ${format}: ${name}`;
  const figures = of.flatMap(({ name, runs }) => {
    if (runs.length === 0) return [];
    const row = (what: string, unit: string, figure: (run: Figures) => number, better?: 'more') => {
      const samples = runs.map(figure);
      const about = { name: named(`${name}, ${what}`), unit, samples, ...(better && { better }) };
      return rowOf(about);
    };
    return [
      row('drained', 'alerts/s', ({ perSecond }) => perSecond, 'more'),
      row('whole run', 'µs CPU per alert', ({ wholeUs }) => wholeUs),
      row('warm half', 'µs CPU per alert', ({ warmUs }) => warmUs),
      row('peak memory', 'MiB', ({ peakMiB }) => peakMiB),
    ];
  });
  const ratios = pairsOf(of).flatMap((pair) =>
    (['whole', 'warm'] as const).map((part) =>
      rowOf({
        name: named(`${pair.one.name} : ${pair.other.name}, ${part === 'whole' ? 'whole run' : 'warm half'}`),
        ...{ unit: 'of its CPU per alert', samples: pair[part], limit: limitOf(pair, part) },
      }),
    ),
  );
  return [...figures, ...ratios];
}
