import { z } from 'zod';
import { endings } from '../../../schemas/alert.ts';

const cel = (what: string) => z.string().max(4_096).default('').describe(`${what} A CEL expression.`);
const celMap = (what: string) =>
  z.record(z.string().min(1), z.string().min(1).max(4_096)).default({}).describe(`${what} CEL expressions.`);

const MappedFields = z.strictObject({
  tenant: cel('Tenant; `defaultTenant` when empty.'),
  source: cel('The system that raised the alert.'),
  name: cel('What is wrong; required.'),
  severity: cel('A word of the severity map; unknown when empty.'),
  status: cel("'firing' or 'resolved'; firing when empty."),
  labels: celMap('Label → its value; an absent value (null, optional.none()) leaves the label out.'),
  annotations: celMap('Annotation → its value.'),
  observedAt: cel('Time of this observation, as epoch milliseconds, ISO 8601 or a timestamp.'),
  startsAt: cel('Since when the alert fires.'),
  endsAt: cel('When it ended.'),
  value: cel('The measured value.'),
  id: cel('The id that the source gives this observation.'),
  generatorUrl: cel('Where the source shows it.'),
});

/** The shape of a mapping alone; `MappingConfig` also compiles it. */
export const MappingShape = z.strictObject({
  name: z.string().min(1).describe('Name of the mapping, as messages show it.'),
  format: z.enum(['json', 'csv']).default('json').describe('What the text of a record is.'),
  columns: z
    .array(z.string().min(1))
    .max(1_000)
    .default([])
    .describe('CSV: names of the columns. Empty: the first line of each record names them.'),
  delimiter: z
    .string()
    .regex(/^[^"\r\n\ud800-\udfff]$/, 'one character, but no quote and no line end')
    .default(',')
    .describe('CSV: the character between columns.'),
  split: z
    .strictObject({
      flexibleColumn: z
        .string()
        .default('')
        .describe('CSV: the one column that may hold bare delimiters. Quotes mean nothing then.'),
    })
    .prefault({})
    .describe('CSV: how a line is taken apart.'),
  when: cel('Use this mapping only where this is true. Without it: for what nothing else knows.'),
  ending: z
    .enum(endings)
    .default('window')
    .describe('How this source ends an alert: explicit, timeout or window.'),
  fields: MappedFields.prefault({}).describe(
    'Field → CEL expression over `row` (CSV: column → text) or `body` (JSON), `headers` and `at`.',
  ),
});

export type MappingShape = z.infer<typeof MappingShape>;
