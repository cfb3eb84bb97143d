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
        readonly kind: 'retrying';
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
