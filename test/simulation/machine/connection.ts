/** What is under way on a connection and has to be told when it breaks. */
export interface UnderWay {
  broken(): void;
}

/** As TCP: in order in both directions, and when it breaks everything that has not arrived is gone. */
export class Connection {
  /** When the last message of each direction arrives: the next one cannot come before it. */
  requestsAt = 0;
  answersAt = 0;
  isBroken = false;
  readonly #underWay = new Set<UnderWay>();

  carry(one: UnderWay): void {
    this.#underWay.add(one);
  }

  settled(one: UnderWay): void {
    this.#underWay.delete(one);
  }

  break(): void {
    if (this.isBroken) return;
    this.isBroken = true;
    for (const one of [...this.#underWay]) one.broken();
    this.#underWay.clear();
  }
}
