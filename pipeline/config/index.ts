export { configJsonSchema, describeConfig, effectiveConfig } from './describe.ts';
export { type ConfigInput, loadConfig } from './load.ts';
export { ConfigError, type Mistake, mistakeText } from './mistake.ts';
export type { ReadFile } from './read-text.ts';
export type { BrokerConfig, RegistryConfig, StateConfig } from './sections/index.ts';
export { type Config, ConfigTree } from './tree.ts';
