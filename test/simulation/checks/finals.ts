import type { Output } from '../../../operators/events.ts';
import type { EnrichedAlert } from '../../../schemas/alert.ts';

/** The last word about each occurrence: what may not depend on crashes, timing or order (protocol.md §3). */
export class Finals {
  readonly #last = new Map<string, EnrichedAlert>();

  note(output: Output): void {
    if (output.topic !== 'enriched' && output.topic !== 'suppressed') return;
    const { value } = output;
    // One that was merged can come apart again, when a resolve falls between; its last word counts.
    if (value.mergedInto !== null) this.#last.delete(value.occurrence);
    else if (!value.isLate) this.#last.set(value.occurrence, value);
  }

  /** One line each, sorted. */
  lines(): string[] {
    const lines: string[] = [];
    for (const [id, alert] of this.#last) {
      const { fingerprint, name, status, firstSeen, lastSeen, count, valueStats, isFinal } = alert;
      lines.push(
        JSON.stringify({ id, fingerprint, name, status, firstSeen, lastSeen, count, valueStats, isFinal }),
      );
    }
    return lines.sort();
  }
}
