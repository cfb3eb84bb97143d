import { TocsinError } from '../../schemas/errors.ts';

export type Settings = Readonly<Record<string, string | number>>;

const fixed: Settings = {
  // Stored when the call returns; a batch kept in the server's memory could be lost after we committed its offset.
  async_insert: 0,
  insert_deduplicate: 1,
  // A view recognises a repeat by itself, so a crash between table and view is healed by the repeat.
  deduplicate_blocks_in_dependent_materialized_views: 1,
  // One insert must become one block per partition, always the same one: tokens are numbered per block. With parallel
  // parsing the cut depends on timing.
  input_format_parallel_parsing: 0,
  max_insert_block_size: 1_048_576,
  min_insert_block_size_rows: 1_048_576,
  min_insert_block_size_bytes: 0,
  max_insert_threads: 1,
  // Refusing a batch because its records are old would stop the group for ever; many parts are only slow.
  max_partitions_per_insert_block: 0,
  // A misspelt column or a null is a bug of ours, and must not turn into a default value.
  input_format_skip_unknown_fields: 0,
  input_format_null_as_default: 0,
  date_time_output_format: 'iso',
  output_format_json_quote_64bit_integers: 0,
  output_format_json_quote_denormals: 1,
};

/** The settings of one call over HTTP. Each request has its own; any server since 24.3 knows them. */
export function serverSettings(token = ''): Settings {
  // What may stand in an address and in SQL without being quoted.
  if (!/^[\w./:-]{0,400}$/.test(token)) throw new TocsinError('invariant.broken', `insert token ${token}`);
  return { ...fixed, insert_deduplication_token: token };
}

/**
 * The settings of one call to chdb: always all of them. chdb applies them with SET to a session that later calls share,
 * so a setting that is left out keeps the value of an earlier call; a token kept that way drops the next insert silently.
 */
export function settingsFor(token = ''): Settings {
  // An INSERT … SELECT that cannot be recognised by its token must fail rather than be stored twice.
  const deduplicate = token === '' ? 'enable_when_possible' : 'force_enable';
  return { ...serverSettings(token), deduplicate_insert_select: deduplicate };
}

/** The same settings as a clause of one statement, which leaves nothing behind in the session. */
export function settingsClause(token: string): string {
  const parts = Object.entries(settingsFor(token)).map(([name, value]) =>
    typeof value === 'number' ? `${name} = ${value}` : `${name} = '${value}'`,
  );
  return `SETTINGS ${parts.join(', ')}`;
}
