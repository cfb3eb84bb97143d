export { ClickHouseWarehouse } from './clickhouse-warehouse.ts';
export { SinkConfig, WarehouseConfig } from './config.ts';
export { type Chdb, type Connected, connectChdb, type LoadChdb, loadChdb } from './connection.ts';
export { MemoryWarehouse, type TableSummary, type WarehouseSummary } from './memory-warehouse.ts';
export { openWarehouse } from './open-warehouse.ts';
export { rowOf, type StoredValues } from './rows.ts';
export { type SinkEvent, sentenceOf } from './sink-events.ts';
export type { Insert, Parameters, Warehouse } from './warehouse.ts';
export { type DecodeStored, type SinkSurroundings, WarehouseSink, warehouseGroup } from './warehouse-sink.ts';
