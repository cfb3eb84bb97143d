import type { Checkpoint, Lease, RowChange, StateStore } from '../../pipeline/state/index.ts';

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const row = (key: string, value: string | null, table = 'occurrences'): RowChange => ({
  table,
  key,
  value: value === null ? null : bytes(value),
});

export function checkpoint(fields: Partial<Checkpoint> = {}): Checkpoint {
  return {
    seq: 1,
    basedOn: null,
    offset: 10,
    from: 0,
    snapshot: '',
    mutedUntil: null,
    isClean: false,
    changes: [],
    ...fields,
  };
}

/** Rows as `table/key` → text. */
export async function rowsOf(store: StateStore, lease: Lease): Promise<Record<string, string>> {
  const rows: Record<string, string> = {};
  for await (const chunk of store.load(lease)) {
    for (const { table, key, value } of chunk)
      rows[`${table}/${key}`] = new TextDecoder().decode(value ?? bytes(''));
  }
  return rows;
}

export const isFenced = { code: 'state.fenced' };
export const isGap = { code: 'state.gap' };
