import type { Observation, ReduceEvent } from '../../operators/events.ts';
import { makeNormalize, type NormalizeConfig } from '../../operators/normalize/index.ts';
import type { ArrivalTime } from './file-format.ts';

/** Later than any time that is taken for true, so that none is refused for lying ahead of the record. */
const probedAt = Date.UTC(2100, 0);

/** What is read here is read once more when the record arrives; remembering its heads would only hold memory. */
const cache = { maxHeads: 1_000, maxHeadBytes: 1 << 20 };

/**
 * Asks normalize itself, so that a time is where the shape or mapping says it is. Costs as much as reading the record:
 * a format that can tell the time from the bytes does without.
 *
 * @param heading goes before each record
 */
export function arrivalTimeBy(config: NormalizeConfig, heading: Uint8Array | null): ArrivalTime {
  const normalize = makeNormalize();
  let newest: number | null = null;
  const step = {
    config: { ...config, cache },
    tables: {},
    derived: normalize.derive({ ...config, cache }, {}),
    time: { at: probedAt, complete: 0 },
    emit: (event: ReduceEvent) => {
      const time = event.kind === 'observation' ? timeOf(event) : null;
      if (time !== null && time < probedAt) newest = Math.max(newest ?? time, time);
    },
    decide: nothing,
    wakeAt: nothing,
    closeAt: nothing,
  };
  return (bytes, start, end) => {
    newest = null;
    const value = withHeading(heading, bytes.subarray(start, end));
    normalize.on.record?.(step, { kind: 'record', ...place, at: probedAt, value, headers: {} });
    return newest;
  };
}

const place = { shard: 0, offset: 0 } as const;
const nothing = () => {};

export function withHeading(heading: Uint8Array | null, value: Uint8Array): Uint8Array {
  return heading === null ? value : Buffer.concat([heading, value]);
}

/**
 * When somebody can have said it: a resolve at its end. A source that names ends ahead of time (`timeout`) says nothing
 * with them about when it spoke.
 */
function timeOf({ head, tail }: Observation): number | null {
  const { observedAt, status, startsAt, endsAt } = tail;
  if (observedAt !== null) return observedAt;
  return status === 'resolved' && head.ending !== 'timeout' ? (endsAt ?? startsAt) : startsAt;
}
