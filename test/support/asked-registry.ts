import { EmbeddedRegistry, type SchemaJson } from '../../pipeline/registry/index.ts';

/** An embedded registry that counts how often it is asked and can be made to fail. */
export class AskedRegistry extends EmbeddedRegistry {
  readonly asked: number[] = [];
  failure: Error | null = null;

  override async schemaById(id: number): Promise<SchemaJson | null> {
    this.asked.push(id);
    if (this.failure !== null) throw this.failure;
    return super.schemaById(id);
  }
}
