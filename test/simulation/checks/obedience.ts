import type { Output } from '../../../operators/events.ts';
import { isEnd } from '../../../operators/suppress/judge.ts';
import type { LogRecord } from '../../../pipeline/broker/index.ts';
import { framedLength } from '../../../pipeline/registry/index.ts';
import { codecs } from '../../../schemas/avro/index.ts';

/**
 * Whether what is kept quiet by a control is kept quiet by the newest one of its name that the shard's log held then: a
 * copy that comes again, or late, brings nothing back that was taken back (`controlMark`).
 */
export class Obedience {
  /** The first telling that obeyed an older control, in words. */
  disobeyed: string | null = null;
  /** Index of the newest control by tenant and id. */
  readonly #newest = new Map<string, number>();

  /** Before a record of the shard's log is stepped. */
  step({ key, value }: LogRecord): void {
    // Facts have the correlation domain as their key; what is ours alone has none.
    if (key !== null || value === null) return;
    const input = codecs.reduced.decode(value, framedLength);
    if (input.kind !== 'control') return;
    const name = `${input.control.tenant} ${input.control.id}`;
    this.#newest.set(name, Math.max(input.index, this.#newest.get(name) ?? -1));
  }

  note(output: Output): void {
    if (output.topic !== 'suppressed' || this.disobeyed !== null) return;
    // The end of what nobody was told of stays as quiet as its beginning.
    if (isEnd(output.value)) return;
    const { suppression, tenant, occurrence } = output.value;
    const index = /^control\.v1@(\d+)$/.exec(suppression?.location ?? '')?.[1];
    if (index === undefined) return;
    const newest = this.#newest.get(`${tenant} ${suppression?.rule}`) ?? -1;
    if (Number(index) < newest)
      this.disobeyed = `occurrence ${occurrence} is kept quiet by control.v1@${index}, which @${newest} replaced`;
  }
}
