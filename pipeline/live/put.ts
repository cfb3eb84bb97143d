import type { ProduceRecord } from '../broker/index.ts';

/** Brings a record into the log; resolves when the log has it. */
export type Put = (record: ProduceRecord) => Promise<void>;
