export type { ConfluentApiOptions } from './confluent-api.ts';
export {
  type ConfluentRegistry,
  type ConfluentRegistryOptions,
  openConfluentRegistry,
} from './confluent-registry.ts';
export type { DecoderOptions, RawDecoder } from './decoder.ts';
export { Decoder } from './decoder.ts';
export { EmbeddedRegistry } from './embedded-registry.ts';
export type { Frame } from './frame.ts';
export { frame, framedLength, isFramed, parseFrame, schemaIdOf, schemaIdsIn } from './frame.ts';
export { OwnDecoder, type OwnDecoderOptions } from './own-decoder.ts';
export type { Compatibility, Registry, SchemaJson, Version } from './registry.ts';
export { compatibilityLevel } from './registry.ts';
export type { RestFront } from './rest-front.ts';
export { openRestFront } from './rest-front.ts';
