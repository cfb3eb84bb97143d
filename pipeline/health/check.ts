/** One thing that a probe looks at. */
export interface Check {
  readonly name: string;
  readonly isGood: boolean;
  /** Whether the worker is only ready with it; the others are shown, and it does its work without them. */
  readonly isNeeded: boolean;
  /** What was found, for people. */
  readonly detail: string;
}

export function isReady(checks: readonly Check[]): boolean {
  return checks.every(({ isGood, isNeeded }) => isGood || !isNeeded);
}

/** One line per check, as Kubernetes prints its own. */
export function checkLines(checks: readonly Check[]): string {
  return checks.map(lineOf).join('\n');
}

function lineOf({ name, isGood, isNeeded, detail }: Check): string {
  return `[${isGood ? '+' : '-'}]${name}: ${detail}${isGood || isNeeded ? '' : ' (ready without it)'}`;
}
