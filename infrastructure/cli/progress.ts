const PATIENCE_MS = 1000;

/** How far something is, for whoever waits for it. */
export type Progress = { readonly advance: (by: number) => void };

/**
 * Does something; when that takes longer than a second and a person watches, says how far it is.
 */
export async function withProgress<T>(
  what: string,
  work: (progress: Progress) => Promise<T>,
  unit = '',
): Promise<T> {
  if (!process.stderr.isTTY) return work({ advance: () => undefined });
  let done = 0;
  const { Presets, SingleBar } = await import('cli-progress');
  const bar = new SingleBar(
    {
      format: `${what}${unit === '' ? '' : ` {value} ${unit}`}, {duration} s`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    Presets.legacy,
  );
  const alarm = setTimeout(() => bar.start(Number.MAX_SAFE_INTEGER, done), PATIENCE_MS);
  try {
    return await work({
      advance: (by) => {
        done += by;
        bar.update(done);
      },
    });
  } finally {
    clearTimeout(alarm);
    bar.stop();
  }
}
