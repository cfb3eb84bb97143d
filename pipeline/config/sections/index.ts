export { BrokerConfig } from './broker.ts';
export { RegistryConfig } from './registry.ts';
export { StateConfig } from './state.ts';
export { Delivery, LogConfig, WorkerConfig } from './worker.ts';
