import { TocsinError } from '../../schemas/errors.ts';
import type { Clock } from '../time/index.ts';

/** A neighbour, and a question that it answers when it is there. */
export interface Asked {
  readonly name: string;
  readonly ask: () => Promise<unknown>;
}

/** How a neighbour was when it was last asked. */
export interface Beat {
  readonly name: string;
  readonly isUp: boolean;
  /** When it was first found so, in ms of the clock. */
  readonly since: number;
  /** Why it is away; empty when it is not. */
  readonly detail: string;
}

export interface PulseOptions {
  readonly clock: Clock;
  readonly neighbours: readonly Asked[];
  readonly everyMs: number;
  /** A neighbour that takes longer to answer is away. */
  readonly patienceMs: number;
  /** Told when a neighbour goes away or comes back. */
  readonly onChange: (beat: Beat) => void;
}

/** Asks the neighbours over and over whether they are there, each by itself: one that hangs hides no other. */
export class Pulse {
  readonly #options: PulseOptions;
  readonly #beats: Map<string, Beat>;
  readonly #cancels = new Map<string, () => void>();
  #isStopped = false;

  /** They are up when it begins: whoever makes one has just opened them. */
  constructor(options: PulseOptions) {
    this.#options = options;
    const since = options.clock.now();
    this.#beats = new Map(
      options.neighbours.map(({ name }) => [name, { name, isUp: true, since, detail: '' }]),
    );
    for (const neighbour of options.neighbours) this.#later(neighbour);
  }

  get beats(): readonly Beat[] {
    return [...this.#beats.values()];
  }

  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#cancels.values()) cancel();
  }

  #later(neighbour: Asked): void {
    if (this.#isStopped) return;
    const { clock, everyMs } = this.#options;
    const cancel = clock.schedule(clock.now() + everyMs, () => void this.#ask(neighbour));
    this.#cancels.set(neighbour.name, cancel);
  }

  async #ask(neighbour: Asked): Promise<void> {
    const problem = await this.#problemOf(neighbour);
    if (this.#isStopped) return;
    this.#note(neighbour.name, problem);
    this.#later(neighbour);
  }

  /** Null when it answered. */
  #problemOf({ name, ask }: Asked): Promise<string | null> {
    const { clock, patienceMs } = this.#options;
    return new Promise((resolve) => {
      const cancel = clock.schedule(clock.now() + patienceMs, () =>
        resolve(`no answer within ${patienceMs} ms`),
      );
      const done = (problem: string | null): void => {
        cancel();
        resolve(problem);
      };
      this.#cancels.set(name, cancel);
      ask().then(
        () => done(null),
        (error: unknown) => done(problemIn(error)),
      );
    });
  }

  #note(name: string, problem: string | null): void {
    const before = this.#beats.get(name);
    const isUp = problem === null;
    const hasChanged = before?.isUp !== isUp;
    const since = hasChanged ? this.#options.clock.now() : (before?.since ?? 0);
    const beat = { name, isUp, since, detail: problem ?? '' };
    this.#beats.set(name, beat);
    if (hasChanged) this.#options.onChange(beat);
  }
}

/** What is to be done about it is for the one who is shut out at the start; here it is known who is away. */
function problemIn(error: unknown): string {
  if (error instanceof TocsinError) return error.detail;
  return error instanceof Error ? error.message : String(error);
}
