import { parseArgs } from 'node:util';

/** What is asked of a run. */
export type Options = {
  readonly isAgainstSwtpm: boolean;
  /** The file for the figures, if they are to be written. */
  readonly json: string | null;
  readonly isQuick: boolean;
};

export const USAGE = 'usage: npm run bench [-- --against swtpm] [--json FILE] [--quick]';

/** The options of a command line, or null when it is wrong. */
export function optionsOf(args: readonly string[]): Options | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        against: { type: 'string' },
        json: { type: 'string' },
        quick: { type: 'boolean', default: false },
      },
    });
    const { against, json, quick } = values;
    if (against !== undefined && against !== 'swtpm') return null;
    return { isAgainstSwtpm: against === 'swtpm', json: json ?? null, isQuick: quick };
  } catch {
    return null;
  }
}
