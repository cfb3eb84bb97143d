import { compileMapping } from './compile-mapping.ts';
import { MappingShape } from './mapping-shape.ts';

/** How one JSON or CSV source becomes alerts. Each expression is compiled while the config is read. */
export const MappingConfig = MappingShape.superRefine((mapping, context) => {
  for (const { path, message } of compileMapping(mapping).issues) {
    context.addIssue({ code: 'custom', path: [...path], message });
  }
});
