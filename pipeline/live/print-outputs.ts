import { randomUUID } from 'node:crypto';
import { toJson } from '../../schemas/json/index.ts';
import { readOutputs } from '../replay/index.ts';
import { preparedBroker, type Worker, type WorkerOptions } from '../worker/index.ts';
import type { Surroundings } from './surroundings.ts';

/** Prints output topics: a cluster's from where they end now, those in this process from their start. */
export async function printOutputs(
  around: Surroundings,
  { decoders }: Pick<Worker, 'decoders'>,
  { onFailure, onTrouble }: Pick<WorkerOptions, 'onFailure' | 'onTrouble'>,
): Promise<void> {
  const { options, neighbours, opened, out, clock } = around;
  if (options.print.length === 0) return;
  const { broker, embeddedBroker } = neighbours;
  const group = `tocsin-print-${randomUUID()}`;
  const reader = await readOutputs(
    preparedBroker({ broker, clock, decoders, onTrouble }),
    options.print,
    { value: (seen) => out.write(`${toJson(seen.topic, seen.value)}\n`), failure: onFailure },
    embeddedBroker === null ? { group, fromEnd: true, decoders } : { decoders },
  );
  opened.add(async () => {
    await reader.stop();
    // Its offsets are of use to nobody.
    await broker.admin.deleteGroup(group).catch(() => undefined);
  });
}
