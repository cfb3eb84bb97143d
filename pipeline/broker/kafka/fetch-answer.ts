/** One record as kafkajs decodes it. */
interface FetchedMessage {
  readonly offset: string;
  readonly key: Buffer | null;
  /** kafkajs hands these to nobody, and moves on behind them. */
  isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  /** Of a message that stands for several records: each as a message of its own, to be hidden. */
  hidden?(): FetchedMessage[];
}

export interface FetchedPartition {
  /** Those that reach into what was fetched, in the order in which they ended; none unless read_committed. */
  abortedTransactions?: readonly { readonly producerId: string; readonly firstOffset: string }[] | null;
  messages: readonly FetchedMessage[];
}

export interface FetchAnswer {
  readonly responses: readonly FetchedTopic[];
}

interface FetchedTopic {
  partitions: readonly FetchedPartition[];
}

/** Leaves out partitions that brought nothing: kafkajs makes a batch of each, and a queue of them, to find that out. */
export function withoutEmpty(answer: FetchAnswer): FetchAnswer {
  for (const topic of answer.responses)
    topic.partitions = topic.partitions.filter(({ messages }) => messages.length > 0);
  return answer;
}

/**
 * Hides the records of aborted transactions, as Kafka's own consumer does: by where the transactions began, all that began
 * up to a record. kafkajs takes them in the order in which they ended and one per record, so of transactions that overlap
 * it hands aborted records over; and it takes a record whose key is four zero bytes for the end of one. Its own filter
 * gets nothing to do any more.
 */
export function hideAborted(answer: FetchAnswer): FetchAnswer {
  for (const { partitions } of answer.responses) for (const partition of partitions) hideIn(partition);
  return answer;
}

function hideIn(partition: FetchedPartition): void {
  const begun = (partition.abortedTransactions ?? []).map(({ producerId, firstOffset }) => ({
    producerId,
    first: Number(firstOffset),
  }));
  if (begun.length === 0) return;
  begun.sort((a, b) => b.first - a.first);
  const open = new Set<string>();
  partition.messages = partition.messages.flatMap((message) => {
    const offset = Number(message.offset);
    for (let next = begun.at(-1); next !== undefined && next.first <= offset; next = begun.at(-1)) {
      open.add(next.producerId);
      begun.pop();
    }
    const { producerId, inTransaction } = message.batchContext;
    if (message.isControlRecord) {
      if (isAbort(message.key)) open.delete(producerId);
    } else if (inTransaction && open.has(producerId)) return hidden(message);
    return message;
  });
  partition.abortedTransactions = [];
}

function hidden(message: FetchedMessage): FetchedMessage | FetchedMessage[] {
  if (message.hidden !== undefined) return message.hidden();
  message.isControlRecord = true;
  return message;
}

/** The key of a control record is its version and its type; 0 is ABORT, 1 is COMMIT. */
function isAbort(key: Buffer | null): boolean {
  return key !== null && key.length >= 4 && key.readInt16BE(2) === 0;
}
