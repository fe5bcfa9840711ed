import { timing, type Timing } from './figures.ts';

/** What is timed; `after` is done after each time, `end` at the end, and neither is timed. */
export type Subject = {
  readonly once: () => Promise<unknown>;
  readonly after?: () => Promise<unknown>;
  readonly end?: () => Promise<unknown>;
};

const ROUND_MS = 20;
const ROUNDS_MIN = 4;

/**
 * Times several subjects in many short rounds, each round in the opposite order of the one before:
 * whatever else the machine does meanwhile meets them alike. `forMs` is for each of them.
 */
export async function inTurns(
  subjects: readonly Subject[],
  forMs: number,
): Promise<readonly Timing[]> {
  const measured = subjects.map((subject) => ({ subject, timesMs: [] as number[] }));
  for (const { subject } of measured) await repeat(subject, ROUND_MS);
  const endMs = performance.now() + forMs * subjects.length;
  for (let round = 0; round < ROUNDS_MIN || performance.now() < endMs; round += 1) {
    const order = round % 2 === 0 ? measured : measured.toReversed();
    for (const { subject, timesMs } of order) timesMs.push(...(await repeat(subject, ROUND_MS)));
  }
  return measured.map(({ timesMs }) => timing(timesMs));
}

/** Does it for a while, and at least once; gives how long it took each time. */
async function repeat({ once, after }: Subject, forMs: number): Promise<readonly number[]> {
  const timesMs: number[] = [];
  const endMs = performance.now() + forMs;
  do {
    const startedMs = performance.now();
    await once();
    timesMs.push(performance.now() - startedMs);
    await after?.();
  } while (performance.now() < endMs);
  return timesMs;
}
