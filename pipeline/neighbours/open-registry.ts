import type { RegistryConfig } from '../config/index.ts';
import { type ConfluentRegistry, EmbeddedRegistry, openConfluentRegistry } from '../registry/index.ts';

/** The configured schema registry. Rejects with `registry.unavailable` or `registry.refused`. */
export async function openRegistry(config: RegistryConfig): Promise<EmbeddedRegistry | ConfluentRegistry> {
  if (config.kind === 'embedded') return new EmbeddedRegistry();
  const { autoRegister, ...options } = config;
  return openConfluentRegistry({ ...options, canRegister: autoRegister });
}
