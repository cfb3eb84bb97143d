export { type CompiledMapping, compileMapping } from './compile-mapping.ts';
export { MappingConfig } from './config.ts';
export { shapeOf } from './map-document.ts';
export { readCsv } from './map-rows.ts';
export { presets } from './presets.ts';
