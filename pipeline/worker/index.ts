export type { OwnDecoders } from './own-decoders.ts';
export type { Owned } from './owned.ts';
export type { OnStepped, OnTrouble, Ports, WorkerSettings } from './ports.ts';
export { type Delivery, deliveries } from './ports.ts';
export { preparedBroker } from './prepared-broker.ts';
export type { GraphName, WorkerOptions } from './worker.ts';
export { graphNames, Worker } from './worker.ts';
export type { WorkerCounts } from './worker-counts.ts';
