/** What `read` makes of the arguments; where it throws, the process ends with its sentence, the usage, and code 64. */
export function argumentsOr<Options>(usage: string, read: (args: readonly string[]) => Options): Options {
  try {
    return read(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return process.exit(64);
  }
}

/** The command as it was typed, for the record. */
export function commandOf(entry: string): string {
  return ['npx tsx', entry, ...process.argv.slice(2)].join(' ');
}

/** @throws Error naming what is known */
export function oneOf<Name extends string>(known: readonly Name[], name: string): Name {
  const found = known.find((one) => one === name);
  if (found === undefined) throw new Error(`${name} is not known: expected one of ${known.join(', ')}`);
  return found;
}

export function countOf(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${text}: expected a whole number above 0`);
  return value;
}
