import { type Random, randomOf } from '../../pipeline/demo/random.ts';
import type { OperatorConfigs } from '../../pipeline/topology.ts';
import type { WorkerSettings } from '../../pipeline/worker/index.ts';
import { codecs } from '../../schemas/avro/index.ts';
import { controlKey } from '../../schemas/control.ts';
import { type Topic, topics } from '../../schemas/topics.ts';
import { dawn } from '../support/virtual-world.ts';
import { Watch } from './checks/watch.ts';
import { Fleet } from './fleet.ts';
import { SimCluster } from './kafka/sim-cluster.ts';
import { Journal } from './machine/journal.ts';
import { fairWeather, Network } from './machine/network.ts';
import { Timeline } from './machine/timeline.ts';
import { schemaIdOf } from './neighbours/known-registry.ts';
import { StateServer } from './neighbours/sim-state.ts';
import { WarehouseServer } from './neighbours/sim-warehouse.ts';
import type { Mode } from './options.ts';
import { operatorsFor } from './story/operators.ts';
import { type Profile, profileOf } from './story/profile.ts';
import { type RawArrival, type Story, storyOf } from './story/story.ts';

/** Everything of one run: servers, network, processes, and what will arrive. */
export class SimWorld {
  readonly mode: Mode;
  readonly profile: Profile;
  readonly operators: OperatorConfigs;
  readonly story: Story;
  readonly random: Random;
  readonly timeline = new Timeline(dawn);
  readonly journal: Journal;
  readonly network: Network;
  readonly cluster: SimCluster;
  readonly stateServer: StateServer;
  readonly warehouseServer: WarehouseServer;
  readonly watch: Watch;
  readonly fleet: Fleet;
  /** Workers read them anew at every beat. */
  readonly settings: { -readonly [K in keyof WorkerSettings]: WorkerSettings[K] };
  #isCalm = false;

  constructor(seed: number, mode: Mode, trace: ((line: string) => void) | null) {
    // Forks, so that what one part draws does not shift what another part gets.
    const random = randomOf(Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995);
    const drawn = profileOf(random.fork());
    this.mode = mode;
    this.profile = drawn;
    this.settings = { ...drawn.settings };
    this.operators = operatorsFor(drawn.graceMs);
    this.story = storyOf(random.fork(), drawn.story);
    this.journal = new Journal(trace === null ? null : (line) => trace(`${this.#time()} ${line}`));
    const { timeline, journal } = this;
    this.network = new Network({ timeline, journal, random: random.fork() });
    this.network.weather = drawn.weather;
    this.cluster = new SimCluster({
      ...{ timeline, journal, random: random.fork(), habits: drawn.habits },
      tell: (to, act) => this.network.tell(to, act),
    });
    this.cluster.ensureTopics(Object.values(topics).map((topic) => this.#settingsOf(topic)));
    this.warehouseServer = new WarehouseServer(journal);
    this.watch = new Watch(this);
    this.stateServer = new StateServer(timeline, this.watch);
    this.fleet = new Fleet(this, random.fork());
    this.random = random.fork();
    this.#tell();
  }

  get isCalm(): boolean {
    return this.#isCalm;
  }

  /** From here on everything works, and everybody is there. */
  calm(): void {
    this.#isCalm = true;
    this.journal.trace?.('++ calm');
    this.network.weather = fairWeather;
    for (const node of [...this.cluster.nodes, this.stateServer.node, this.warehouseServer.node])
      node.isUp = true;
    for (const berth of this.fleet.berths) {
      berth.isWanted = true;
      berth.process?.wake();
      if (berth.process?.isDead !== false) this.fleet.start(berth);
    }
  }

  #tell(): void {
    for (const arrival of this.story.raw) this.timeline.at(arrival.at, () => this.#arrive(arrival));
    const [log] = this.cluster.logs(topics.control.name);
    for (const { at, control } of this.story.controls)
      this.timeline.at(at, () => {
        if (log === undefined) return;
        this.journal.trace?.(`>> ${control.kind} ${control.id} of ${control.tenant}`);
        const value = codecs.control.encodeFramed(schemaIdOf('control'), control);
        const key = Buffer.from(controlKey(control));
        this.cluster.append(log, [{ topic: log.topic.name, key, value }], {
          transaction: null,
          done: () => {},
        });
      });
  }

  #arrive({ partition, value }: RawArrival): void {
    const { name } = topics.raw;
    this.journal.trace?.(`>> raw/${partition} ${Buffer.from(value).toString()}`);
    const log = this.cluster.log({ topic: name, partition });
    this.cluster.append(log, [{ topic: name, key: null, value }], { transaction: null, done: () => {} });
  }

  #settingsOf({ name, cleanup, retentionMs, timestamps, partitions }: Topic) {
    const { rawPartitions, reducedPartitions } = this.profile;
    const count = partitions === 'one' ? 1 : partitions === 'raw' ? rawPartitions : reducedPartitions;
    return { name, cleanup, retentionMs, timestamps, partitions: count };
  }

  #time(): string {
    return ((this.timeline.now - dawn) / 1_000).toFixed(3).padStart(8);
  }
}
