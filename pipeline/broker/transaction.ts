import { TocsinError } from '../../schemas/errors.ts';
import type { Appender } from './appender.ts';
import type { Acknowledged, OffsetCommit, ProduceRecord, Transaction } from './broker.ts';
import type { GroupOffsets, PlacedCommit } from './group-offsets.ts';
import { placeCommits } from './group-offsets.ts';
import type { PartitionLog } from './partition-log.ts';
import type { Retainer } from './retainer.ts';
import type { TopicCatalog } from './topic-catalog.ts';

export interface TransactionServices {
  readonly appender: Appender;
  readonly catalog: TopicCatalog;
  readonly retainer: Retainer;
  readonly groupOffsets: (group: string) => GroupOffsets;
}

interface Identity {
  epoch: number;
  open: EmbeddedTransaction | null;
}

/** Knows the newest producer of each transactional id. A transaction is ended by its producer or by its successor. */
export class TransactionCoordinator {
  readonly #services: TransactionServices;
  readonly #identities = new Map<string, Identity>();

  constructor(services: TransactionServices) {
    this.#services = services;
  }

  /** Makes the caller the newest producer of the id: aborts what an older one left open. Returns its epoch. */
  fence(id: string): number {
    const identity = this.#identities.get(id) ?? { epoch: 0, open: null };
    this.#identities.set(id, identity);
    identity.open?.end(false);
    identity.open = null;
    identity.epoch += 1;
    return identity.epoch;
  }

  /** Rejects with `broker.fenced`, or `broker.wrong-state` while the producer's last transaction is open. */
  begin(id: string, epoch: number): EmbeddedTransaction {
    this.check(id, epoch);
    const identity = this.#identities.get(id);
    if (identity === undefined || identity.open?.isOpen === true) {
      throw new TocsinError('broker.wrong-state', `${id} has a transaction open already`);
    }
    identity.open = new EmbeddedTransaction(this.#services, () => this.check(id, epoch));
    return identity.open;
  }

  /** Throws `broker.fenced` when a newer producer has taken the id. */
  check(id: string, epoch: number): void {
    const newest = this.#identities.get(id)?.epoch;
    if (newest !== epoch) throw new TocsinError('broker.fenced', `${id} is at epoch ${newest}, not ${epoch}`);
  }
}

/** One transaction; everything in it becomes visible in one tick, or never. */
export class EmbeddedTransaction implements Transaction {
  readonly #services: TransactionServices;
  readonly #check: () => void;
  readonly #logs = new Set<PartitionLog>();
  readonly #offsets: { readonly offsets: GroupOffsets; readonly commits: readonly PlacedCommit[] }[] = [];
  #isOpen = true;

  constructor(services: TransactionServices, check: () => void) {
    this.#services = services;
    this.#check = check;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  async send(records: readonly ProduceRecord[]): Promise<readonly Acknowledged[]> {
    this.#assertUsable();
    const acknowledged = this.#services.appender.append(records, this);
    for (const place of acknowledged) this.#logs.add(this.#services.catalog.log(place));
    return acknowledged;
  }

  /** Group membership is not checked (TxnOffsetCommit v1, which is what kafkajs speaks). */
  async sendOffsets(group: string, offsets: readonly OffsetCommit[]): Promise<void> {
    this.#assertUsable();
    const commits = placeCommits(this.#services.catalog, offsets);
    this.#offsets.push({ offsets: this.#services.groupOffsets(group), commits });
  }

  async commit(): Promise<void> {
    this.#assertUsable();
    this.end(true);
  }

  async abort(): Promise<void> {
    this.#assertUsable();
    this.end(false);
  }

  /** Ends it without asking whose it is; does nothing when it has ended. */
  end(isCommitted: boolean): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (isCommitted) for (const { offsets, commits } of this.#offsets) offsets.commit(commits);
    this.#services.appender.endTransaction(this, this.#logs, isCommitted);
    if (!isCommitted) return;
    for (const { commits } of this.#offsets)
      for (const { log } of commits) this.#services.retainer.afterProgress(log);
  }

  #assertUsable(): void {
    this.#check();
    if (!this.#isOpen) throw new TocsinError('broker.wrong-state', 'the transaction has ended');
  }
}
