import type { Consumer, ProduceRecord, Producer } from '../../pipeline/broker/index.ts';
import type { StateStore } from '../../pipeline/state/index.ts';
import type { Ports } from '../../pipeline/worker/index.ts';
import { brokerWith, consumerWith, stateWith } from './overriding.ts';

/** What has left the process when it dies. */
export type Fate = 'nothing' | 'some partitions' | 'all, unanswered' | 'alive';

/**
 * Counts the moments at which a process may die, and says at which of them it does. With no points given it only counts:
 * a run without crashes tells how many moments there are.
 */
export class CrashPlan {
  #moments = 0;
  #crashes = 0;
  readonly #points: ReadonlySet<number>;
  /** Called at once when the process dies. */
  onCrash: () => void = () => {};

  constructor(points: Iterable<number> = []) {
    this.#points = new Set(points);
  }

  get moments(): number {
    return this.#moments;
  }

  /** How often the process has died so far. */
  get crashes(): number {
    return this.#crashes;
  }

  crash(): void {
    this.#crashes += 1;
    this.onCrash();
  }

  /** The fate of one call: each fate is a moment of its own. */
  next(fates: readonly Exclude<Fate, 'alive'>[]): Fate {
    let found: Fate = 'alive';
    for (const fate of fates) {
      if (found === 'alive' && this.#points.has(this.#moments)) found = fate;
      this.#moments += 1;
    }
    return found;
  }
}

export class Crash extends Error {
  constructor() {
    super('the process has crashed');
  }
}

/** The ports of one process: they work until the plan says that it dies, and never again. */
export function crashingPorts(ports: Ports, plan: CrashPlan): Ports {
  const process = { isDead: false };
  const attempt: Attempt = async (fates, { some, all }) => {
    // A dead process has no further moments to die at.
    if (process.isDead) throw new Crash();
    const fate = plan.next(fates);
    if (fate === 'alive') return all();
    if (fate === 'some partitions') await some?.();
    if (fate === 'all, unanswered') await all();
    process.isDead = true;
    plan.crash();
    throw new Crash();
  };
  const { broker, state, clock } = ports;
  return {
    clock,
    state: crashingState(state, attempt),
    broker: brokerWith(broker, {
      producer: () => crashingProducer(broker.producer(), attempt),
      consumer: (options) => crashingConsumer(broker.consumer(options), attempt),
    }),
  };
}

type Attempt = (
  fates: readonly Exclude<Fate, 'alive'>[],
  acts: { readonly some?: () => unknown; readonly all: () => unknown },
) => Promise<unknown>;

function crashingProducer(producer: Producer, attempt: Attempt): Producer {
  return {
    ...{ begin: () => producer.begin(), close: () => producer.close() },
    send: async (records) => {
      const acts = {
        some: () => producer.send(everyOtherPartition(records)),
        all: () => producer.send(records),
      };
      return (await attempt(['nothing', 'some partitions', 'all, unanswered'], acts)) as Awaited<
        ReturnType<Producer['send']>
      >;
    },
  };
}

/** A client sends one batch per partition: some arrive whole, others not at all. */
function everyOtherPartition(records: readonly ProduceRecord[]): readonly ProduceRecord[] {
  const places = [...new Set(records.map(({ topic, partition }) => `${topic}/${partition}`))];
  return records.filter(({ topic, partition }) => places.indexOf(`${topic}/${partition}`) % 2 === 0);
}

function crashingState(state: StateStore, attempt: Attempt): StateStore {
  return stateWith(state, {
    commit: async (lease, checkpoint) => {
      return (await attempt(['nothing', 'all, unanswered'], {
        all: () => state.commit(lease, checkpoint),
      })) as string;
    },
  });
}

function crashingConsumer(consumer: Consumer, attempt: Attempt): Consumer {
  return consumerWith(consumer, {
    commitOffsets: async (offsets) => {
      await attempt(['nothing'], { all: () => consumer.commitOffsets(offsets) });
    },
  });
}
