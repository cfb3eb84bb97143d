import type {
  Batch,
  Broker,
  Consumer,
  ConsumerHandlers,
  ConsumerOptions,
  LogRecord,
  TopicPartition,
} from '../../pipeline/broker/index.ts';

export type Happening =
  | { readonly kind: 'assigned'; readonly partitions: readonly number[]; readonly epoch: number }
  | { readonly kind: 'revoked'; readonly partitions: readonly number[]; readonly epoch: number }
  | { readonly kind: 'batch'; readonly batch: Batch }
  | { readonly kind: 'failed'; readonly error: Error };

export interface MemberOptions extends Partial<ConsumerOptions> {
  readonly group: string;
  readonly topics: readonly string[];
  /** What the test does inside the handlers, after the happening was noted. */
  readonly handlers?: Partial<ConsumerHandlers>;
  /** A journal shared between members, to see who did what first. */
  readonly journal?: { readonly who: string; readonly entries: string[] };
}

/** A consumer that notes everything that happens to it, and lets a test wait for it without sleeping. */
export class RecordingMember {
  readonly consumer: Consumer;
  readonly happenings: Happening[] = [];
  readonly #options: MemberOptions;
  #waiting: (() => void)[] = [];

  constructor(broker: Broker, options: MemberOptions) {
    this.#options = options;
    this.consumer = broker.consumer({
      group: options.group,
      topics: options.topics,
      maxBatchRecords: options.maxBatchRecords ?? 1_000,
      maxBatchBytes: options.maxBatchBytes ?? 1_000_000,
      isolation: options.isolation ?? 'read_uncommitted',
    });
  }

  get batches(): Batch[] {
    return this.happenings.flatMap((one) => (one.kind === 'batch' ? [one.batch] : []));
  }

  get records(): LogRecord[] {
    return this.batches.flatMap(({ records }) => records);
  }

  get values(): string[] {
    return this.records.map(({ value }) => Buffer.from(value ?? []).toString());
  }

  get failures(): Error[] {
    return this.happenings.flatMap((one) => (one.kind === 'failed' ? [one.error] : []));
  }

  /** Partitions and epoch of the newest assignment. */
  get assignment(): { readonly partitions: readonly number[]; readonly epoch: number } {
    const newest = this.happenings.findLast((one) => one.kind === 'assigned');
    return newest?.kind === 'assigned' ? newest : { partitions: [], epoch: -1 };
  }

  valuesOf(partition: number): string[] {
    return this.batches
      .filter((batch) => batch.partition === partition)
      .flatMap(({ records }) => records.map(({ value }) => Buffer.from(value ?? []).toString()));
  }

  async start(): Promise<this> {
    const { handlers } = this.#options;
    await this.consumer.start({
      onAssigned: async (assigned, epoch) => {
        this.#note({ kind: 'assigned', partitions: numbers(assigned), epoch });
        await handlers?.onAssigned?.(assigned, epoch);
      },
      onRevoked: async (revoked, epoch) => {
        this.#note({ kind: 'revoked', partitions: numbers(revoked), epoch });
        await handlers?.onRevoked?.(revoked, epoch);
      },
      onBatch: async (batch) => {
        this.#note({ kind: 'batch', batch });
        await handlers?.onBatch?.(batch);
      },
      onFailure: (error) => {
        this.#note({ kind: 'failed', error });
        handlers?.onFailure?.(error);
      },
    });
    return this;
  }

  /** Resolves once `holds` does; it is asked again after everything that happens to this member. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((wake) => this.#waiting.push(wake));
  }

  #note(happening: Happening): void {
    this.happenings.push(happening);
    const { journal } = this.#options;
    if (journal !== undefined && happening.kind !== 'batch')
      journal.entries.push(`${journal.who} ${happening.kind}`);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

function numbers(partitions: readonly TopicPartition[]): number[] {
  return partitions.map(({ partition }) => partition).sort((a, b) => a - b);
}

/** A promise and what resolves it: a handler waits at it until the test lets it go on. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = (): void => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}
