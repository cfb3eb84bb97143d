import type { Admin, Kafka } from 'kafkajs';
import { TocsinError } from '../../../schemas/errors.ts';
import type { FetchAnswer } from './fetch-answer.ts';
import { kafkajsVersion, knownVersion } from './request-queue.ts';

/** What we use of kafkajs beyond its types: its view of the cluster, and its connection to one broker. */
export interface InnerCluster {
  findBroker(which: { readonly nodeId: number | string }): Promise<InnerBroker>;
  findControllerBroker(): Promise<AskedBroker>;
  findGroupCoordinator(which: { readonly groupId: string }): Promise<InnerBroker>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadata(): Promise<void>;
}

/** A broker that can be asked what kafkajs has no method for. */
export interface AskedBroker {
  /** By API key: what the broker answers to. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>>;
  readonly connectionPool: {
    send<Decoded>(asked: {
      readonly request: object;
      readonly response: {
        decode(data: Buffer): Promise<Decoded>;
        parse(decoded: Decoded): Promise<Decoded>;
      };
    }): Promise<Decoded>;
  };
}

export interface InnerBroker {
  joinGroup(request: JoinRequest): Promise<{ readonly generationId: number; readonly memberId: string }>;
  leaveGroup(request: object): Promise<unknown>;
  heartbeat(request: Membership): Promise<unknown>;
  offsetCommit(request: CommitRequest): Promise<unknown>;
  offsetFetch(request: OffsetFetchRequest): Promise<OffsetFetchAnswer>;
  fetch(request: FetchRequest): Promise<FetchAnswer>;
}

export interface OffsetFetchRequest {
  readonly groupId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

export interface OffsetFetchAnswer {
  readonly responses: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly offset: string;
      readonly metadata: string | null;
    }[];
  }[];
}

export interface FetchRequest {
  readonly maxBytes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}

export interface JoinRequest {
  readonly groupId: string;
  /** Empty when the member is new to the group, or unknown to it by now. */
  readonly memberId: string;
}

export interface Membership {
  readonly groupId: string;
  readonly groupGenerationId: number;
  readonly memberId: string;
}

export interface CommitRequest extends Membership {
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly offset: string | number;
      readonly metadata?: string | null;
    }[];
  }[];
}

/** Throws `invariant.broken` when this is not the kafkajs whose insides we know: guards that do not bite lose records. */
export function innerCluster(cluster: unknown): InnerCluster {
  const methods = [
    'addMultipleTargetTopics',
    'findBroker',
    'findControllerBroker',
    'findGroupCoordinator',
    'findTopicPartitionMetadata',
    'refreshMetadata',
  ];
  const isKnown = methods.every((name) => typeof Object(cluster)[name] === 'function');
  if (kafkajsVersion() === knownVersion && isKnown) {
    // Checked by the two lines above; kafkajs has no types for it.
    return cluster as InnerCluster;
  }
  throw new TocsinError('invariant.broken', `kafkajs ${kafkajsVersion()} is not ${knownVersion}`);
}

/** An admin, and the view of the cluster that it asks. */
export interface InnerAdmin {
  readonly client: Admin;
  readonly cluster: InnerCluster;
}

/**
 * The admin of a client that has none yet, which sees the log's end. kafkajs asks for the last stable offset unless told
 * otherwise, and its admin cannot be told: `high` would leave out what an open transaction has written.
 */
export function adminThatSeesLogEnds(kafka: Kafka): InnerAdmin {
  const makeCluster = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  );
  const make: unknown = makeCluster === undefined ? undefined : Reflect.get(kafka, makeCluster);
  if (makeCluster === undefined || typeof make !== 'function')
    throw new TocsinError('invariant.broken', `kafkajs ${kafkajsVersion()} is not ${knownVersion}`);
  const readUncommitted = 0;
  let cluster: unknown;
  Reflect.set(kafka, makeCluster, (options: object) => {
    cluster = make({ ...options, isolationLevel: readUncommitted });
    return cluster;
  });
  const client = kafka.admin();
  return { client, cluster: innerCluster(cluster) };
}

/** The offset a batch was fetched from, which its types leave out. It may lie before the first record. */
export function fetchedOffset(batch: object): number {
  return Number(Reflect.get(batch, 'fetchedOffset'));
}
