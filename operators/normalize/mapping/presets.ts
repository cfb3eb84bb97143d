import { MappingShape } from './mapping-shape.ts';

/**
 * The AIT alert data set (Wazuh, Suricata and AMiner alerts of a multi-step attack; DOI 10.5281/zenodo.8263181), one
 * line per record without the header. Names hold bare commas. The two label columns say what is an attack: they are
 * truth to be measured against, and no field reads them. The detectors state no severity, so it stays unknown.
 */
export const aitAds = MappingShape.parse({
  name: 'ait-ads',
  format: 'csv',
  columns: ['time', 'name', 'ip', 'host', 'short', 'time_label', 'event_label'],
  split: { flexibleColumn: 'name' },
  fields: {
    observedAt: 'int(row.time) * 1000',
    // "Wazuh: First time this IDS alert is generated." → wazuh
    source: 'row.name.split(":")[0].lowerAscii()',
    name: 'row.name',
    labels: { host: 'row.host', ip: 'row.ip', short: 'row.short' },
  },
});

/** Mappings that `normalize.presets` can name. */
export const presets = { 'ait-ads': aitAds } as const;
