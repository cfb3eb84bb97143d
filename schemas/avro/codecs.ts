import type { Aggregate } from '../aggregate.ts';
import type { EnrichedAlert, RawAlert } from '../alert.ts';
import type { Control } from '../control.ts';
import type { Decision } from '../decision.ts';
import { TocsinError } from '../errors.ts';
import type { Incident } from '../incident.ts';
import type { Reduced } from '../reduced.ts';
import type { SnapshotPiece } from '../snapshot.ts';
import { type TopicId, topics } from '../topics.ts';
import { aggregateSchema } from './aggregate.ts';
import { codecOf } from './codec.ts';
import { controlFromWire, controlSchema, controlToWire } from './control.ts';
import { decisionSchema } from './decision.ts';
import { enrichedAlertSchema } from './enriched-alert.ts';
import { incidentSchema } from './incident.ts';
import { rawAlertSchema } from './raw-alert.ts';
import { reducedFromWire, reducedSchema, reducedToWire } from './reduced.ts';
import { snapshotSchema } from './snapshot.ts';

/** One codec per topic whose value is a record of ours, keyed like `topics`. */
export const codecs = {
  raw: codecOf<RawAlert>({ topic: topics.raw.name, schema: rawAlertSchema, fromWire: finite }),
  reduced: codecOf<Reduced>({
    topic: topics.reduced.name,
    schema: reducedSchema,
    toWire: reducedToWire,
    fromWire: reducedFromWire,
  }),
  enriched: codecOf<EnrichedAlert>({ topic: topics.enriched.name, schema: enrichedAlertSchema }),
  suppressed: codecOf<EnrichedAlert>({ topic: topics.suppressed.name, schema: enrichedAlertSchema }),
  incidents: codecOf<Incident>({ topic: topics.incidents.name, schema: incidentSchema }),
  aggregates: codecOf<Aggregate>({ topic: topics.aggregates.name, schema: aggregateSchema }),
  decisions: codecOf<Decision>({ topic: topics.decisions.name, schema: decisionSchema }),
  control: codecOf<Control>({
    topic: topics.control.name,
    schema: controlSchema,
    toWire: controlToWire,
    fromWire: controlFromWire,
  }),
} as const satisfies { readonly [K in TopicId]?: unknown };

export type CodedTopic = keyof typeof codecs;

/** Apart from the others: nobody but a shard that is rebuilt reads it, in no form but Avro. */
export const snapshotCodec = codecOf<SnapshotPiece>({
  topic: topics.snapshots.name,
  schema: snapshotSchema,
});

/** NaN and infinities are not measurements; past this point nothing checks for them. */
function finite(alert: RawAlert): RawAlert {
  if (alert.value === null || Number.isFinite(alert.value)) return alert;
  throw new TocsinError('record.invalid-field', `value is ${alert.value}`);
}
