import { combine } from '../../operators/dedupe/index.ts';
import type { Output, ReduceEvent } from '../../operators/events.ts';
import type { LateAlert, Partial } from '../../schemas/reduced.ts';
import { identified, noon, type SentDraft, sent } from './dedupe-flow.ts';
import { type Driven, drive } from './operator-host.ts';

export const start = (config: Readonly<Record<string, unknown>> = {}) => drive(combine, config);

/** Sends drafts in order, as the records 0, 1, 2 … of the shard, from record `from` on. */
export function send(driven: Driven<ReduceEvent>, drafts: readonly SentDraft[], from = 0): void {
  for (const [n, draft] of drafts.entries()) driven.send(identified(sent(draft), from + n), noon + draft.at);
}

export const stated = ({ events }: Driven<ReduceEvent>): (Partial | LateAlert)[] =>
  events
    .filter((event) => event.kind === 'output')
    .map((event) => (event as Extract<Output, { topic: 'reduced' }>).value as Partial | LateAlert);

export const partials = (driven: Driven<ReduceEvent>): Partial[] =>
  stated(driven).filter((value): value is Partial => value.kind === 'partial');

export const advance = (driven: Driven<ReduceEvent>, afterMs: number) =>
  driven.advance({ at: noon + afterMs });

export const times = (count: number, everyMs = 1, draft: globalThis.Partial<SentDraft> = {}): SentDraft[] =>
  Array.from({ length: count }, (_, n) => ({ at: n * everyMs, ...draft }));
