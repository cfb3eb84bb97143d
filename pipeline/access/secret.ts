import { z } from 'zod';

export const redacted = '[redacted]';

// Node's name for the method that console.log and util.inspect ask for; a registered symbol, so no import is needed.
const inspect = Symbol.for('nodejs.util.inspect.custom');

/** A text that prints as `[redacted]` wherever it is printed; only `reveal()` gives it away. */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect](): string {
    return redacted;
  }
}

/**
 * A text in the configuration that must never be shown. `text` says what it must look like. `writeOnly` is JSON Schema's
 * own word for it.
 */
export function secret(text: z.ZodString = z.string().min(1)) {
  return text.meta({ writeOnly: true }).transform((word) => new Secret(word));
}

export function isSecret(schema: z.core.$ZodType): boolean {
  const { writeOnly = false } = z.globalRegistry.get(schema) ?? {};
  return writeOnly === true;
}

/** Keys that hold secrets by their name, wherever they stand: a misplaced secret is still a secret. */
export const secretName =
  /(?:password|passwd|passphrase|secret|token|credentials?|(?:api|private|access)[-_]?key)$/i;
