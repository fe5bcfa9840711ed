import { parseArgs } from 'node:util';

/** The arguments of a soak run: each a number above zero, `otherwise` where it is not given. */
export function soakArguments<N extends string>(
  otherwise: Readonly<Record<N, number>>,
): Readonly<Record<N, number>> {
  const names = Object.keys(otherwise) as N[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]));
  const { values } = parseArgs({ options });
  const entries = names.map((name) => {
    const given = values[name];
    const value = given === undefined ? otherwise[name] : Number(given);
    if (!Number.isFinite(value) || value <= 0) {
      throw new Error(`--${name}: expected a number above 0`);
    }
    return [name, value] as const;
  });
  return Object.fromEntries(entries) as Record<N, number>;
}

/** Stands for no limit. */
export const UNLIMITED = 1e12;
