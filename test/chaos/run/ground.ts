import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Broker, KafkaBroker } from '../../../pipeline/broker/index.ts';
import { type Config, loadConfig } from '../../../pipeline/config/index.ts';
import {
  Decoder,
  openConfluentRegistry,
  type RawDecoder,
  type Registry,
} from '../../../pipeline/registry/index.ts';
import { SystemClock } from '../../../pipeline/time/index.ts';
import { topicSettings } from '../../../pipeline/topic-settings.ts';
import { ClickHouseWarehouse, connectHttp } from '../../../pipeline/warehouse/index.ts';
import type { SchemaIds } from '../../../pipeline/worker/outbox.ts';
import { registerSchemas } from '../../../pipeline/worker/schema-ids.ts';
import { codecs } from '../../../schemas/avro/index.ts';
import type { DeliveryMode } from '../verify/verify.ts';
import { Services } from './services.ts';
import { type ChaosConfig, configOf, writeConfig } from './settings.ts';

/** What a run stands on: real services with topics, schemas and tables made, and the config that workers read. */
export interface Ground {
  readonly folder: string;
  readonly services: Services;
  readonly broker: Broker;
  readonly registry: Registry;
  readonly warehouse: ClickHouseWarehouse;
  readonly rawDecoder: RawDecoder;
  readonly schemaIds: SchemaIds;
  readonly rawSchema: number;
  readonly controlSchema: number;
  readonly configFile: string;
  readonly config: Config;
  /** Ends the services and removes what is below the folder, but for what is to stay. */
  close(stays: { readonly services: boolean; readonly logs: boolean }): Promise<void>;
}

export interface GroundOptions {
  readonly brokers: 1 | 3;
  readonly mode: DeliveryMode;
  readonly windowMs: number;
  /** Makes another config of the usual one. */
  readonly configured?: (usual: ChaosConfig) => ChaosConfig;
}

export async function prepareGround(options: GroundOptions): Promise<Ground> {
  const { brokers, configured = (usual) => usual } = options;
  const folder = mkdtempSync(join(tmpdir(), 'tocsin-chaos-'));
  mkdirSync(join(folder, 'logs'));
  const services = new Services(folder, brokers);
  await services.up();
  const { addresses } = services;
  const broker = new KafkaBroker({ brokers: addresses.kafka.split(','), clientId: 'chaos' });
  const registry = await openConfluentRegistry({ url: addresses.registry, canRegister: true });
  const warehouse = new ClickHouseWarehouse(connectHttp({ url: addresses.clickhouse }), 'tocsin');
  const wanted = configured(configOf({ ...options, addresses }));
  await broker.admin.ensureTopics(topicSettings(wanted.broker));
  await warehouse.migrate();
  const configFile = writeConfig(folder, wanted);
  return {
    ...{ folder, services, broker, registry, warehouse, configFile },
    rawDecoder: new Decoder({ codec: codecs.raw, registry, clock: new SystemClock() }),
    schemaIds: await registerSchemas(registry),
    rawSchema: await registry.register(codecs.raw.subject, codecs.raw.schema),
    controlSchema: await registry.register(codecs.control.subject, codecs.control.schema),
    config: loadConfig({ path: configFile, env: {}, readFile: (path) => readFileSync(path) }),
    close: async (stays) => {
      await broker.close();
      await warehouse.close();
      registry.close();
      if (stays.services) return;
      await services.down({ purge: !stays.logs });
      if (!stays.logs) rmSync(folder, { recursive: true, force: true });
    },
  };
}
