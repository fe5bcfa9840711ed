import type { Mismatch } from './golden.ts';

/** A difference that is meant: which it is, and why. As narrow as can be. */
export type Allowed = { readonly reason: string; readonly is: (one: Mismatch) => boolean };

const OBJECT_MEMORY = '902';
const FAILURE = '101';

/** Properties of the maker, its versions, the sizes of its contexts, and the room that is left. */
const OF_THE_MAKER = new Set(
  '102 103 104 105 106 107 108 109 10a 10b 10c 121 122 123 124 125 126 127 209 20b'.split(' '),
);

function hasPersistentHandle({ of }: Mismatch): boolean {
  return of.steps.some(
    (step) =>
      'command' in step &&
      step.handles.some((handle) => typeof handle === 'number' && handle >>> 24 === 0x81),
  );
}

function withoutMaker(properties: string): string {
  return properties
    .replace(/[[\]]/gu, '')
    .split(' ')
    .filter((property) => !OF_THE_MAKER.has(property.split(':')[0] ?? ''))
    .join(' ');
}

/** The differences that are meant. */
export const ALLOWED: readonly Allowed[] = [
  {
    reason: 'persistent objects are used where they are, and take no slot of the transient ones',
    is: (one) =>
      (hasPersistentHandle(one) && (one.where === 'handle' || one.recorded === OBJECT_MEMORY)) ||
      (one.of.setting.steps.length > 0 && one.of.name.endsWith('is empty slot')),
  },
  {
    reason: 'all algorithms are tested at once, before the first command',
    is: ({ where }) => where === 'toDoList',
  },
  {
    reason: 'swtpm says FAILURE where OpenSSL refuses an RSA message; we say what is wrong with it',
    is: ({ of, recorded }) => of.command.startsWith('RSA') && recorded === FAILURE,
  },
  {
    reason: 'saved contexts are of our own making, and so is their size',
    is: ({ where }) => where === 'context.contextBlob',
  },
  {
    reason: 'another maker says so of itself',
    is: ({ where, recorded, answered }) =>
      where === 'capabilityData.tpmProperties' && withoutMaker(recorded) === withoutMaker(answered),
  },
];
