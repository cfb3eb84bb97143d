import type { TableName } from '../../schemas/clickhouse/index.ts';
import type { TopicPartition } from '../broker/index.ts';

/** What the sink tells those who count and log. */
export type SinkEvent = TopicPartition &
  (
    | {
        readonly kind: 'stored';
        readonly table: TableName;
        readonly rows: number;
        /** Records that were in the table already. */
        readonly repeated: number;
      }
    | {
        /** `refused`: it will be until somebody mends it, and is tried again for that. */
        readonly kind: 'retrying' | 'refused';
        readonly doing: string;
        readonly attempt: number;
        readonly delayMs: number;
        readonly error: unknown;
      }
    /** A record of our own topic that cannot be read: it is passed over, and nobody else will see it. */
    | { readonly kind: 'unreadable'; readonly offset: number; readonly error: unknown }
    /** Offset metadata that is not ours: what was stored before may be stored again. */
    | { readonly kind: 'marks-lost'; readonly offset: number; readonly metadata: string }
    /** Another member goes on with this partition. */
    | { readonly kind: 'left'; readonly error: Error }
  );

/** The event in words, for people who read logs. */
export function sentenceOf(event: SinkEvent): string {
  const place = `${event.topic}/${event.partition}`;
  switch (event.kind) {
    case 'stored':
      return `${place}: ${event.rows} rows into ${event.table}, ${event.repeated} were there`;
    case 'retrying':
    case 'refused': {
      const what = event.kind === 'refused' ? 'is refused' : 'failed';
      const when = `attempt ${event.attempt}, next in ${event.delayMs} ms`;
      return `${place}: ${event.doing} ${what} (${when}): ${messageOf(event.error)}`;
    }
    case 'unreadable':
      return `${place}@${event.offset}: ${messageOf(event.error)}`;
    case 'marks-lost':
      return `${place}@${event.offset}: the metadata is not ours: ${event.metadata}`;
    case 'left':
      return `${place}: ${messageOf(event.error)}`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
