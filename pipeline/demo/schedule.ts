import type { Span } from './noise.ts';
import type { Random } from './random.ts';
import type { TrueIncident } from './story.ts';
import { dependents, partOf, services } from './world.ts';

/** Services whose failure others feel. */
const causes = services.filter(({ name, kind }) => kind !== 'edge' && dependents(name).size > 0);

/**
 * When which service fails. Failures of one part of the company come one after the other with minutes between them, those
 * of different parts at any time.
 */
export function schedule(span: Span, random: Random): readonly TrueIncident[] {
  const parts = [...new Set(causes.map(({ name }) => partOf(name)))];
  const failures = parts.flatMap((part) => failuresOf(part, span, random.fork()));
  return failures
    .sort((a, b) => a.from - b.from)
    .map((failure, index) => ({ ...failure, number: index + 1 }));
}

function failuresOf(part: string, span: Span, random: Random): readonly Omit<TrueIncident, 'number'>[] {
  const [first, ...rest] = causes.filter(({ name }) => partOf(name) === part);
  if (first === undefined) return [];
  const failures = [];
  let from = span.from + random.int(1, 8) * 60_000;
  while (from < span.to - 6 * 60_000) {
    const to = from + random.int(3, 6) * 60_000;
    failures.push({ rootService: random.pick([first, ...rest]).name, from, to });
    from = to + random.int(10, 18) * 60_000;
  }
  return failures;
}
