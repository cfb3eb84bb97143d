import { z } from 'zod';

const columns = z.record(z.string().min(1), z.string().min(1));

const EnrichTable = z
  .object({
    name: z.string().min(1).describe('Name of the table, as messages show it.'),
    file: z
      .string()
      .optional()
      .describe('YAML or CSV file that the rows are loaded from when the config is read.'),
    match: columns.describe(
      'Label or field of the alert (name, source, severity, tenant, service) → column it must equal. All must match.',
    ),
    sets: z
      .object({
        owner: z.string().optional().describe(`Column, or template such as 'team-\${team}'.`),
        service: z.string().optional().describe('Column or template.'),
        runbookUrl: z.string().optional().describe('Column or template.'),
      })
      .strict()
      .default({})
      .describe('What a matching row fills in. The first table that yields a value wins, field by field.'),
    annotations: columns
      .default({})
      .describe('Annotations to add → column or template. Those that the alert already has are left alone.'),
    rows: z
      .array(z.record(z.string(), z.string()))
      .max(100_000)
      .default([])
      .describe('The rows, column → value. Of rows with equal keys the first one counts.'),
  })
  .strict()
  .superRefine(refuseUnknownColumns);

/** Config of enrich: tables that say whose an alert is, which service it speaks of, and what to do about it. */
export const EnrichConfig = z
  .object({
    tables: z.array(EnrichTable).max(64).default([]).describe('Looked up in this order.'),
    serviceLabels: z
      .array(z.string().min(1))
      .default(['service', 'app', 'job'])
      .describe('Labels that name the service when no table does; the first one present counts.'),
  })
  .strict();

export type EnrichConfig = z.infer<typeof EnrichConfig>;
export type EnrichTable = z.infer<typeof EnrichTable>;

interface Columns {
  readonly match: Readonly<Record<string, string>>;
  readonly sets: Readonly<Record<string, string | undefined>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** A misspelt column would make a table silently useless. An empty table cannot be checked. */
function refuseUnknownColumns(table: Columns, context: z.core.$RefinementCtx): void {
  if (Object.keys(table.match).length === 0) {
    context.addIssue({
      code: 'custom',
      path: ['match'],
      message: 'name at least one label or field to match',
    });
  }
  const known = new Set(table.rows.flatMap((row) => Object.keys(row)));
  if (table.rows.length === 0) return;
  for (const part of ['match', 'sets', 'annotations'] as const) {
    for (const [name, text] of Object.entries(table[part])) {
      for (const column of columnsOf(part, text ?? '')) {
        if (known.has(column)) continue;
        const message = `no row has a column ${JSON.stringify(column)}; there are ${[...known].sort().join(', ')}`;
        context.addIssue({ code: 'custom', path: [part, name], message });
      }
    }
  }
}

function columnsOf(part: string, text: string): readonly string[] {
  if (part === 'match' || !text.includes('${')) return text === '' ? [] : [text];
  return [...text.matchAll(/\$\{([^}]*)\}/g)].map((found) => found[1] ?? '');
}
