import type { RawAlert } from '../../schemas/alert.ts';

/** An alert as a producer of Avro writes it, with what it has to say and nothing else. */
export const avroAlert = (name: string): RawAlert => ({
  ...{ tenant: 'default', source: 'avro', name, severity: 'high', status: 'firing', id: '' },
  ...{ labels: { host: 'a' }, annotations: {}, generatorUrl: '' },
  ...{ observedAt: null, startsAt: null, endsAt: null, value: null },
});
