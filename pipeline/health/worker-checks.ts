import type { Check } from './check.ts';
import type { Stalled } from './flow.ts';
import type { Beat } from './pulse.ts';

export interface Looked {
  /** Graphs that this process runs. */
  readonly graphs: readonly string[];
  readonly owned: readonly {
    readonly graph: string;
    readonly isRunning: boolean;
    /** Stopped at too many dead letters. */
    readonly isBraked: boolean;
    /** Why it tries something over and over; null when it does not. */
    readonly trouble: string | null;
    /** Why the state store does not take its state. */
    readonly refusal: string | null;
  }[];
  readonly stalled: readonly Stalled[];
  readonly beats: readonly Beat[];
  readonly now: number;
}

/** Without these no alert is told; ClickHouse and the registry may be away for a while. */
const neededNeighbours: readonly string[] = ['broker', 'state'];
/** Telling goes on while these stand still. */
const spareGraphs: readonly string[] = ['warehouse'];

/** What is to be said of a worker that has started, from everything that is known of it. */
export function workerChecks({ graphs, owned, stalled, beats, now }: Looked): readonly Check[] {
  return [
    ...graphs.map((graph) => shardsCheck(graph, owned)),
    ...graphs.map((graph) => flowCheck(graph, owned, stalled)),
    ...beats.map((beat) =>
      beat.name === 'state' ? stateCheck(beat, owned, now) : neighbourCheck(beat, now),
    ),
  ];
}

function shardsCheck(graph: string, owned: Looked['owned']): Check {
  const own = owned.filter((one) => one.graph === graph);
  const running = own.filter(({ isRunning }) => isRunning).length;
  const braked = own.filter(({ isBraked }) => isBraked).length;
  const unit = graph === 'warehouse' ? 'partitions' : 'shards';
  const detail =
    own.length === 0 ? 'joined, nothing is assigned here' : `${running} of ${own.length} ${unit} restored`;
  const stopped = braked === 0 ? '' : `, ${braked} stopped at dead letters`;
  const isGood = running === own.length && braked === 0;
  return { name: `${graph} shards`, isGood, isNeeded: true, detail: detail + stopped };
}

function flowCheck(graph: string, owned: Looked['owned'], stalled: Looked['stalled']): Check {
  const standing = stalled.filter((one) => one.graph === graph);
  const troubled = owned.find((one) => one.graph === graph && one.trouble !== null);
  const found = [standingIn(standing), troubled?.trouble ?? null].filter((one) => one !== null);
  const isNeeded = !spareGraphs.includes(graph);
  return {
    name: `${graph} flow`,
    isGood: found.length === 0,
    isNeeded,
    detail: found.join('; ') || 'moving',
  };
}

function standingIn(standing: Looked['stalled']): string | null {
  const [first] = standing;
  if (first === undefined) return null;
  const { topic, partition, handled, end, sinceMs } = first;
  const more = standing.length === 1 ? '' : `, and ${standing.length - 1} more`;
  return `${topic}/${partition} has stood at ${handled} of ${end} for ${secondsIn(sinceMs)}${more}`;
}

/** A store may answer and take nothing: its memory is full, or it has become a replica. */
function stateCheck(beat: Beat, owned: Looked['owned'], now: number): Check {
  const check = neighbourCheck(beat, now);
  const refusals = owned.flatMap(({ refusal }) => refusal ?? []);
  if (!check.isGood || refusals.length === 0) return check;
  const detail = `reachable, but does not take the state of ${refusals.length} shards: ${refusals[0]}`;
  return { ...check, isGood: false, detail };
}

function neighbourCheck({ name, isUp, since, detail }: Beat, now: number): Check {
  const isNeeded = neededNeighbours.includes(name);
  const away = `away for ${secondsIn(now - since)}: ${detail}`;
  return { name, isGood: isUp, isNeeded, detail: isUp ? 'reachable' : away };
}

function secondsIn(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
