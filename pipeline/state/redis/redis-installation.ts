import { TocsinError } from '../../../schemas/errors.ts';
import { type Installation, otherLog, otherPartitions, type TopicIds } from '../installation.ts';
import { layout } from './marks.ts';
import { damaged, evicts } from './outcomes.ts';
import type { Answer, RedisLink } from './redis-link.ts';
import type { Scripts } from './scripts.ts';
import { installationKey } from './shard-keys.ts';

/** What a Redis notes of the installation as a whole, beside its shards: one hash, on whichever server it falls. */
export class RedisInstallation {
  readonly #link: RedisLink;
  readonly #scripts: Scripts;
  readonly #key: string;

  constructor(link: RedisLink, scripts: Scripts, prefix: string) {
    this.#link = link;
    this.#scripts = scripts;
    this.#key = installationKey(prefix);
  }

  async claim(installation: Installation, isForced: boolean): Promise<void> {
    const { clusterId, rawPartitions, reducedPartitions, topicIds } = installation;
    const cut = [`${rawPartitions}`, `${reducedPartitions}`];
    const values = [clusterId, ...cut, layout, isForced ? '1' : '0', JSON.stringify(topicIds)];
    expectClaimed(await this.#link.run(this.#scripts.claim, [this.#key], values));
  }

  async claimed(): Promise<Installation | null> {
    const { values } = await this.#link.run(this.#scripts.claimed, [this.#key], []);
    const [clusterId = '', rawPartitions, reducedPartitions, topicIds = ''] = values.map(String);
    if (clusterId === '') return null;
    return {
      clusterId,
      rawPartitions: Number(rawPartitions),
      reducedPartitions: Number(reducedPartitions),
      topicIds: topicIdsIn(topicIds),
    };
  }
}

/** Earlier versions noted none; what is no note of ours refuses nothing. */
function topicIdsIn(note: string): TopicIds {
  try {
    return note === '' ? {} : JSON.parse(note);
  } catch {
    return {};
  }
}

function expectClaimed({ code, values }: Answer): void {
  const [first = '', second = ''] = values.map(String);
  switch (code) {
    case 'OK':
      return;
    case 'OTHER_LOG':
      throw otherLog(first);
    case 'OTHER_PARTITIONS':
      throw otherPartitions({ rawPartitions: Number(first), reducedPartitions: Number(second) });
    case 'NEWER':
      throw new TocsinError('state.newer', `it is stored in layout ${first}`);
    case 'DAMAGED':
      throw damaged(first);
    case 'EVICTS':
      throw evicts(first);
    default:
      throw new TocsinError('invariant.broken', `a script answered ${code} ${first}`);
  }
}
