import { bookOf } from '../peers/check.ts';
import type { Taken } from '../peers/peer.ts';
import { type Format, type LoadName, loadOf } from '../peers/workload.ts';
import { type Contender, contenders } from './contenders.ts';
import type { BenchGround } from './ground.ts';
import { cpuMsOf } from './process-cpu.ts';

export interface CompareOptions {
  readonly load: LoadName;
  readonly format: Format;
  readonly alerts: number;
  readonly rounds: number;
  /** Names of contenders. */
  readonly names: readonly string[];
}

/** One run of one contender, in figures per raw alert. */
export interface Figures {
  readonly perSecond: number;
  /** CPU of the contender's process: over the whole run with its start, and over the second half of the alerts. */
  readonly wholeUs: number;
  readonly warmUs: number;
  /** CPU of the broker beside it. */
  readonly brokerUs: number;
  readonly outputs: number;
  /** Most resident memory that the contender's process ever had. */
  readonly peakMiB: number;
  /** Identities in windows that it told otherwise than the load has them. */
  readonly wrong: number;
}

export interface Compared {
  readonly name: string;
  readonly writes: string;
  /** Why it did not run. */
  readonly missing: string | null;
  readonly runs: readonly Figures[];
}

export interface Comparison {
  readonly load: LoadName;
  readonly format: Format;
  readonly alerts: number;
  readonly bytesPerAlert: number;
  readonly of: readonly Compared[];
}

/** All contenders drain the same pre-filled topic, in turn, round by round, so that a disturbance meets all of them. */
export async function compare(
  bench: BenchGround,
  { load: name, format, alerts, rounds, names }: CompareOptions,
  say: (line: string) => void,
): Promise<Comparison> {
  const load = loadOf(name, alerts, Date.now());
  const { bytes } = await bench.fill(format, load);
  say(
    `${alerts} alerts of the load ${name} are there as ${format}, ${Math.round(bytes / alerts)} bytes each`,
  );
  const wanted = bookOf(load);
  const of = names.map((one) => withRuns(contenders[one]));
  for (let round = 1; round <= rounds; round += 1) {
    for (const one of of) {
      if (one.missing !== null) continue;
      const run = await bench.nextRun();
      const figures = await runOnce(bench, one.contender, { run, format, alerts, wanted });
      one.runs.push(figures);
      say(`round ${round}, ${one.name}: ${JSON.stringify(figures)}`);
    }
  }
  return {
    ...{ load: name, format, alerts, bytesPerAlert: bytes / alerts },
    of: of.map(({ name, writes, missing, runs }) => ({ name, writes, missing, runs })),
  };
}

function withRuns(contender: Contender | undefined) {
  if (contender === undefined) throw new Error('there is no such contender');
  const { name, writes, isMissing } = contender;
  const runs: Figures[] = [];
  return { contender, name, writes, missing: isMissing(), runs };
}

interface RunOrder {
  readonly run: string;
  readonly format: Format;
  readonly alerts: number;
  readonly wanted: ReturnType<typeof bookOf>;
}

async function runOnce(
  bench: BenchGround,
  contender: Contender,
  { run, format, alerts, wanted }: RunOrder,
): Promise<Figures> {
  const broker = bench.pidOf('kafka-1');
  const brokerMs = cpuMsOf(broker);
  const taken = await contender.run(bench, run, { format, alerts });
  const brokerUs = (1_000 * (cpuMsOf(broker) - brokerMs)) / taken.alerts;
  const checked = await contender.check(bench, { format, alerts }, wanted);
  return { ...figuresOf(taken), brokerUs, wrong: checked.wrong };
}

function figuresOf({
  alerts,
  cpuMs,
  wallMs,
  half,
  outputs,
  peakMiB,
}: Taken): Omit<Figures, 'brokerUs' | 'wrong'> {
  return {
    perSecond: (1_000 * alerts) / wallMs,
    wholeUs: (1_000 * cpuMs) / alerts,
    warmUs: (1_000 * (cpuMs - half.cpuMs)) / (alerts - half.alerts),
    outputs,
    peakMiB,
  };
}
