/** With fewer dead letters than this, a share says nothing. */
const leastLetters = 10;

/**
 * Notices that a topic is being drained into the dead letters: a producer that changed its format, a registry that lost its
 * schemas. One bad record is a bad record; every second one is a mistake that somebody should mend before the rest goes.
 */
export class DeadLetterBrake {
  readonly #maxShare: number;
  readonly #window: number;
  #records = 0;
  #letters = 0;

  /** `maxShare` of the records, looked at whenever `window` records have come; with 1 it never acts. */
  constructor(maxShare: number, window: number) {
    this.#maxShare = maxShare;
    this.#window = window;
  }

  /** Takes in what became of some records; the share of dead letters when it is too high, else null. */
  note(records: number, letters: number): number | null {
    this.#records += records;
    this.#letters += letters;
    if (this.#records < this.#window) return null;
    // One record may hold many bad alerts.
    const share = this.#letters / Math.max(this.#records, this.#letters);
    const isTooHigh = this.#letters >= leastLetters && share > this.#maxShare;
    this.#records = 0;
    this.#letters = 0;
    return isTooHigh ? share : null;
  }
}
