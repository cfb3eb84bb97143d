import type { WarehouseTopic } from '../../schemas/clickhouse/index.ts';
import type { Origin } from '../../schemas/place.ts';
import { time } from './cells.ts';
import { columnsOfTopic } from './line-columns.ts';
import { type LinePrinter, NotPrintable } from './line-printer.ts';
import type { Row } from './warehouse.ts';

const originColumns = ['origin_shard', 'origin_offset', 'origin_n', 'topic', 'at'];

/** Lines about the records of one topic. */
export class TopicLines {
  /** In the order in which they are printed. */
  readonly columns: readonly string[];
  readonly #print: (line: LinePrinter) => void;
  readonly #topicJson: string;
  /** What stands in no record, and in every line. */
  readonly #constant: string;

  constructor(id: WarehouseTopic, topicName: string) {
    const { names, print } = columnsOfTopic[id];
    const isAlert = id === 'enriched' || id === 'suppressed';
    this.columns = [...names, ...originColumns, ...(isAlert ? ['is_suppressed'] : [])];
    this.#print = print;
    this.#topicJson = JSON.stringify(topicName);
    this.#constant = isAlert ? `,${id === 'suppressed'}` : '';
  }

  /**
   * Prints a record in the layout of our own schema, which stands in `value` from `at` on, and says where it comes from. Throws, and
   * has begun a line, when there is no such record.
   */
  print(
    line: LinePrinter,
    record: { readonly value: Buffer; readonly at: number; readonly timestamp: number },
  ): Origin {
    line.begin(record.value, record.at);
    this.#print(line);
    const origin = { shard: line.readLong(), offset: line.readLong(), n: line.readLong() };
    for (const number of [origin.shard, origin.offset, origin.n]) {
      line.comma();
      line.number(number);
    }
    line.literal(`,${this.#topicJson},${time(record.timestamp)}${this.#constant}`);
    if (!line.isAtEnd) throw new NotPrintable();
    line.finish();
    return origin;
  }

  /** Prints a row that was read. */
  printRow(line: LinePrinter, row: Row): void {
    // A row of the topic's table is read by the names of its columns.
    const cells = row as unknown as Readonly<Record<string, unknown>>;
    line.whole(JSON.stringify(this.columns.map((column) => cells[column])));
  }
}
