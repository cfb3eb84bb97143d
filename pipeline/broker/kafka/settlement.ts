/** A promise that is settled from outside, once; whoever never looks at it is not told of its rejection. */
export function settlement(): {
  readonly settled: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
} {
  let resolve = (): void => {};
  let reject = (_error: Error): void => {};
  const settled = new Promise<void>((onResolved, onRejected) => {
    resolve = onResolved;
    reject = onRejected;
  });
  settled.catch(() => undefined);
  return { settled, resolve, reject };
}

/** A process that is frozen does not see its time pass: each look at the clock counts for this much at the most. */
const lookMs = 250;

/**
 * Whether the promise settles within `limitMs` of wall time in which this process was awake; its rejection counts as settled.
 * One that was frozen in between (a paused container, a suspended machine) gets the rest of its time afterwards.
 */
export async function within(limitMs: number, promise: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  let leftMs = limitMs;
  const late = new Promise<false>((resolve) => {
    const look = (): void => {
      if (leftMs <= 0) {
        resolve(false);
        return;
      }
      const nextMs = Math.min(lookMs, leftMs);
      leftMs -= nextMs;
      timer = setTimeout(look, nextMs);
    };
    look();
  });
  try {
    return await Promise.race([
      promise.then(
        () => true,
        () => true,
      ),
      late,
    ]);
  } finally {
    clearTimeout(timer);
  }
}
