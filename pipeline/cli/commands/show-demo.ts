import { type DemoState, type DemoSummary, plainLine, runDemo, Speedometer } from '../../demo/index.ts';
import { paceOf, wallUntil } from '../../replay/index.ts';
import { type Invocation, optionText, type Run } from '../command.ts';
import { DemoScreen } from '../demo-screen.ts';
import { exitCodes } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { json } from '../print.ts';
import { speedOf, wholeNumber } from '../speed-option.ts';
import { demoText } from './demo-summary.ts';

/** `q` ends the story early with its summary, Ctrl-C ends it without. */
export const run: Run = async (invocation, io) => {
  const asked = askedFor(invocation);
  const stop = new AbortController();
  const view = viewOf(invocation, io, { seed: asked.seed, stop });
  const interrupted = AbortSignal.any([io.interrupted, stop.signal]);
  const pace = asked.speed === null ? null : paceOf(asked.speed, wallUntil(interrupted));
  let summary: DemoSummary | null;
  try {
    summary = await runDemo({
      ...asked,
      onTick: async (tick, state) => {
        view.show(state);
        // Behind the last record there is nothing to watch but windows that close, some of them a day later.
        if (pace !== null && state.fed < state.records) await pace(tick);
        view.goOn();
        if (io.interrupted.aborted) return 'abort';
        return stop.signal.aborted ? 'sum-up' : 'go-on';
      },
    });
  } finally {
    view.close();
  }
  if (summary === null) return exitCodes.interrupted;
  io.stdout.write(invocation.output === 'json' ? json(summary) : demoText(summary));
  return exitCodes.done;
};

function askedFor(invocation: Invocation) {
  const text = (name: string) => optionText(invocation, name) ?? '';
  return {
    seed: wholeNumber('--seed', text('seed'), [0, 4_294_967_295]),
    minutes: wholeNumber('--minutes', text('minutes'), [10, 1_440]),
    speed: speedOf(text('speed')),
  };
}

interface View {
  /** What there is to see after a tick. */
  show(state: DemoState): void;
  /** The next tick begins. */
  goOn(): void;
  close(): void;
}

function viewOf(
  invocation: Invocation,
  io: Io,
  { seed, stop }: { readonly seed: number; readonly stop: AbortController },
): View {
  if (invocation.output === 'json') return { show: () => {}, goOn: () => {}, close: () => {} };
  if (io.stdout.isTTY && io.stdin.isTTY === true)
    return new DemoScreen(io, new Speedometer(), () => stop.abort());
  return plainView(io, seed);
}

/** A line with the first alert, and one for every five virtual minutes. */
function plainView({ stderr }: Io, seed: number): View {
  const everyMs = 300_000;
  let next = 0;
  stderr.write(`demo with seed ${seed}: a company and its alerts\n`);
  return {
    show: (state) => {
      if (state.alerts === 0 || state.now < next || state.now > state.endAt + everyMs) return;
      next = Math.max(next, state.startAt) + everyMs;
      stderr.write(`${plainLine(state)}\n`);
    },
    goOn: () => {},
    close: () => {},
  };
}
