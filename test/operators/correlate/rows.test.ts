import avsc from 'avsc';
import { describe, expect, it } from 'vitest';
import { tables } from '../../../operators/correlate/rows.ts';
import { scenario, shopEdges } from './scenario.ts';
import { bench, minuteMs, t0 } from './tellings.ts';

describe('rows', () => {
  const { driven } = bench({ topology: { edges: shopEdges } });
  const { stream } = scenario(5, { cascades: 6, noiseEveryMs: 10 * minuteMs, hours: 6 });
  const cut = stream.findIndex(({ at }) => at > 90 * minuteMs);
  for (const { at, event } of stream.slice(0, cut)) driven.send(event, t0 + at);
  const [stage] = driven.host.stages;

  it.each(Object.keys(tables) as (keyof typeof tables)[])(
    'of %s come back from Avro as they were',
    (name) => {
      const type = avsc.Type.forSchema(tables[name].schema);
      const rows = [...(stage?.tables[name]?.table.values() ?? [])];
      expect(rows.length).toBeGreaterThan(0);
      // Records come back as avsc's own class; their fields are what counts.
      for (const row of rows) expect({ ...type.fromBuffer(type.toBuffer(row)) }).toEqual(row);
    },
  );

  it.each([
    ['members', 300],
    ['incidents', 250],
    ['values', 12],
  ] as const)('of %s stay below %i bytes', (name, maxBytes) => {
    const type = avsc.Type.forSchema(tables[name].schema);
    for (const row of stage?.tables[name]?.table.values() ?? []) {
      expect(type.toBuffer(row).length).toBeLessThan(maxBytes);
    }
  });
});
