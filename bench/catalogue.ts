import type { Listed, Program } from './harness/scenario.ts';

/** What `npm run bench` measures in its own processes, without services. */
export const scenarios: Readonly<Record<string, Listed>> = {
  step: {
    about: 'each operator by itself, for what is new to it and what it knows; codecs; checkpoints',
    load: async () => (await import('./scenarios/step.ts')).step,
  },
  chain: {
    about: 'both graphs on one core: 0 to 99 % repeats, JSON and Avro, the AIT-ADS runs; RELATE alone',
    load: async () => (await import('./scenarios/chain.ts')).chain,
  },
  state: {
    about: 'a thousand to a million live keys: cost, memory, pauses, checkpoint, restore',
    load: async () => (await import('./scenarios/state.ts')).state,
  },
  rules: {
    about: 'more and more silences, inhibition rules, open incidents, tenants',
    load: async () => (await import('./scenarios/rules.ts')).rules,
  },
  startup: {
    about: 'how long npm start takes to show something, and which layer of it takes how long',
    load: async () => (await import('./scenarios/startup.ts')).startup,
  },
  guard: {
    about: 'costs as ratios to a bare loop beside them; fails where one is far beyond what it was',
    load: async () => (await import('./scenarios/guard.ts')).guard,
  },
};

/** What starts Kafka, Redis, a registry and ClickHouse for itself; options follow the name. */
export const programs: Readonly<Record<string, Program>> = {
  pipeline: { about: 'who drains a topic at what cost', entry: 'pipeline/main.ts' },
  peers: {
    about: 'the same, REDUCE against a bare loop and Kafka Streams alone',
    entry: 'pipeline/main.ts',
    args: ['--as', 'peers', '--only', 'bare,streams,streams-eos,reduce'],
  },
  latency: { about: 'from when an alert was due until a reader has it', entry: 'latency/main.ts' },
  scale: { about: 'one, two and four workers', entry: 'scale/main.ts' },
  sink: { about: 'rows into the warehouse, and an outage of a minute', entry: 'sink/main.ts' },
};
