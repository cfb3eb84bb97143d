import type { Letter } from './letter.ts';

/** Letters that are not handled, to know below which offset nothing is open any more. */
export class OpenLetters {
  /** In the order of the dead-letter topic. */
  readonly #letters: Pick<Letter, 'name' | 'offset'>[] = [];
  readonly #handled = new Set<string>();
  #next = 0;
  #end = 0;

  add({ name, offset }: Letter): void {
    this.#letters.push({ name, offset });
    this.#end = offset + 1;
  }

  handled(letters: readonly Letter[]): void {
    for (const { name } of letters) this.#handled.add(name);
  }

  /** Behind the last letter when none is open. */
  get lowest(): number {
    for (; this.#next < this.#letters.length; this.#next += 1) {
      const letter = this.#letters[this.#next];
      if (letter !== undefined && !this.#handled.has(letter.name)) return letter.offset;
    }
    return this.#end;
  }
}
