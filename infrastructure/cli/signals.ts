const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Resolves at the first signal that asks the program to end; a second one ends it at once. */
export function endAsked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of SIGNALS) process.once(signal, () => resolve());
  });
}
