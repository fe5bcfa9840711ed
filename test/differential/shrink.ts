import { performed, type Step } from './intents.ts';
import { compare } from './run.ts';

const TRIES_MAX = 400;

/** Whether a script still ends in a difference of this kind. */
async function isStill(kind: string, steps: readonly Step[]): Promise<boolean> {
  try {
    const { unexplained } = await compare(performed(steps));
    return unexplained?.kind === kind;
  } catch {
    return false;
  }
}

/**
 * A shorter script with the same difference at its end: ever smaller pieces are left out as long as
 * it stays. Null when the script does not lead to it at all.
 */
export async function shrunk(
  kind: string,
  steps: readonly Step[],
): Promise<readonly Step[] | null> {
  if (!(await isStill(kind, steps))) return null;
  let kept = steps;
  let tries = 0;
  for (let size = kept.length >>> 1; size > 0 && tries < TRIES_MAX; size >>>= 1) {
    for (let at = kept.length - size; at > -size && tries < TRIES_MAX; at -= size) {
      const from = Math.max(0, at);
      const shorter = [...kept.slice(0, from), ...kept.slice(at + size)];
      tries += 1;
      if (await isStill(kind, shorter)) kept = shorter;
    }
  }
  return kept;
}
