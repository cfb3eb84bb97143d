import type { EnrichedAlert } from '../../../schemas/alert.ts';
import { alertOf, bench } from './tellings.ts';

export const edges = ['edge>api', 'api>checkout', 'checkout>db', 'search>index'].map((edge) => ({
  from: edge.split('>')[0],
  to: edge.split('>')[1],
}));

export const config = { topology: { edges } };

export const on = (host: string, parts: object = {}) => alertOf({ labels: { host }, ...parts });

/** Whether `second` joins the incident that `first` opened. */
export function joins(first: EnrichedAlert, second: EnrichedAlert): boolean {
  const { tell } = bench(config);
  return tell(first).incident?.id === tell(second).incident?.id;
}
