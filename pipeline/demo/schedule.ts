import type { Span } from './noise.ts';
import type { Random } from './random.ts';
import type { TrueIncident } from './story.ts';
import { partsOf, type Service, services } from './world.ts';

type Failure = Omit<TrueIncident, 'number'>;

const minuteMs = 60_000;

/** Shortest quiet between two failures that could be felt by the same service; nobody could tell closer ones apart. */
const apartMs = 6 * minuteMs;

/** An edge fails for its own reasons too rarely for an hour; the crawler is being rebuilt (see the demo's config). */
const failing = services.filter(({ name, kind }) => kind !== 'edge' && name !== 'search-crawler');
const shared = failing.filter(({ name }) => partsOf(name).length > 1);

/**
 * When which service fails. Failures of one part of the company come one after the other with minutes between them, those
 * of different parts at any time; now and then something that several parts share fails, which each of them feels.
 */
export function schedule(span: Span, random: Random): readonly TrueIncident[] {
  const common = sharedFailures(span, random.fork());
  const parts = [...new Set(failing.flatMap(({ name }) => partsOf(name)))];
  const own = parts.flatMap((part) => failuresOf(part, { span, common, random: random.fork() }));
  return [...common, ...own]
    .sort((a, b) => a.from - b.from)
    .map((failure, index) => ({ ...failure, number: index + 1 }));
}

function sharedFailures(span: Span, random: Random): readonly Failure[] {
  const [first, ...rest] = shared;
  if (first === undefined || !random.chance(0.7)) return [];
  const from = random.int(span.from + 8 * minuteMs, Math.max(span.from, span.to - 12 * minuteMs));
  return [{ rootService: random.pick([first, ...rest]).name, from, to: from + random.int(3, 6) * minuteMs }];
}

interface Around {
  readonly span: Span;
  readonly common: readonly Failure[];
  readonly random: Random;
}

function failuresOf(part: string, { span, common, random }: Around): readonly Failure[] {
  const own = failing.filter(({ name }) => partsOf(name).length === 1 && partsOf(name)[0] === part);
  const felt = common.filter(({ rootService }) => partsOf(rootService).includes(part));
  const failures: Failure[] = [];
  let from = span.from + random.int(60, 480) * 1_000;
  while (from < span.to - apartMs) {
    const to = from + random.int(180, 360) * 1_000;
    const meets = felt.some((other) => from < other.to + apartMs && other.from < to + apartMs);
    if (!meets) failures.push({ rootService: pick(own, random).name, from, to });
    from = to + random.int(10 * 60, 18 * 60) * 1_000;
  }
  return failures;
}

function pick([first, ...rest]: readonly Service[], random: Random): Service {
  if (first === undefined) throw new RangeError('every part of the demo has a service that may fail');
  return random.pick([first, ...rest]);
}
