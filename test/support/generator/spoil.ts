import { concat, u16, u32 } from '../../../domain/structures/octets.ts';
import { TPM_ALG } from '../../../domain/structures/algorithms.ts';
import { authKey } from '../../../domain/tpm/entities.ts';
import { fieldsOf, type Edit, type Field } from './fields.ts';
import type { Tpm } from '../../../domain/tpm/tpm.ts';
import type { Intent } from './plan.ts';
import { HANDLES } from './mutate.ts';
import type { Random } from './random.ts';
import { password, type Authorization } from './request.ts';

const ALGORITHMS = [...Object.values(TPM_ALG), 0x0003, 0x0012, 0x001a, 0x0026, 0x0027, 0x00ff];
const SHORT = [0, 1, 2, 3, 4, 5, 8, 16, 0x20, 0x40, 0x7f, 0x80, 0xff];
const NUMBERS_16 = [0, 1, 2, 3, 16, 32, 64, 65, 127, 128, 256, 2048, 3072, 0x7fff, 0xfffe, 0xffff];
const NUMBERS_32 = [0, 1, 2, 3, 254, 0x100, 0x200, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];
const SIZES = [0, 1, 2, 15, 16, 17, 20, 31, 32, 33, 48, 63, 64, 65, 66, 68, 69, 128, 129, 256, 257];
const LARGE = [384, 385, 1023, 1024, 1025, 2048];

/** Who spoils: choices, and what there is to choose from. */
type Guest = { readonly random: Random; readonly tpm: Tpm };

type Spoiler = (guest: Guest, intent: Intent) => Intent;

/** The same command with one thing that is wrong with it, mostly. */
export function spoiled(guest: Guest, intent: Intent): Intent {
  return guest.random.pick(SPOILERS)(guest, intent);
}

const SPOILERS: readonly Spoiler[] = [
  fieldSpoiled,
  fieldSpoiled,
  fieldSpoiled,
  fieldSpoiled,
  otherHandle,
  otherHandle,
  otherAuthorization,
  otherAuthorization,
  mutated,
  mutated,
  (guest, intent) => ({ ...intent, edits: [{ cut: 1 + guest.random.below(12) }] }),
  ({ random }, intent) => ({
    ...intent,
    edits: [{ append: random.octets(1 + random.below(4)) }],
  }),
  ({ random }, intent) => ({ ...intent, locality: 1 + random.below(4) }),
];

/** Saved contexts have lengths of each side's own: a mutation would not meet the same octets. */
function mutated(guest: Guest, intent: Intent): Intent {
  if (intent.command.name === 'ContextLoad') return fieldSpoiled(guest, intent);
  return { ...intent, mutation: guest.random.below(0x7fffffff) };
}

function fieldSpoiled({ random }: Guest, intent: Intent): Intent {
  const fields = fieldsOf(intent.command, intent.input);
  if (fields.length === 0) return { ...intent, edits: [{ append: random.octets(1) }] };
  // Saved contexts have a size of each side's own, which is left as it is.
  const isContext = intent.command.name === 'ContextLoad';
  const field = isContext ? random.below(3) : random.below(fields.length);
  const edits = [edit(random, field, fields[field]!)];
  return { ...intent, edits };
}

function edit(random: Random, field: number, { kind, size }: Field): Edit {
  if (kind === 'octets') {
    const length = random.chance(80) ? random.pick(SIZES) : random.pick(LARGE);
    const wanted = random.chance(40) ? size : length;
    const fill = random.pick([() => 0, () => 0xff, () => random.below(256)]);
    return {
      field,
      octets: Uint8Array.from({ length: wanted }, fill),
      isFitted: random.chance(85),
    };
  }
  return { field, octets: number(random, kind, size), isFitted: false };
}

function number(random: Random, kind: Field['kind'], size: number): Uint8Array {
  if (size === 1)
    return new Uint8Array([random.chance(70) ? random.pick(SHORT) : random.below(256)]);
  if (size === 2) {
    const isAlgorithm = kind === 'number' && random.chance(70);
    return u16(random.pick(isAlgorithm ? ALGORITHMS : NUMBERS_16));
  }
  const choice = random.below(3);
  if (choice === 0) return u32(random.pick(NUMBERS_32));
  return choice === 1 ? u32(random.pick(HANDLES)) : concat(random.octets(4));
}

/** A handle of another kind, or of what is not there. */
function otherHandle(guest: Guest, intent: Intent): Intent {
  const { random, tpm } = guest;
  const { command, input } = intent;
  if (command.handles.length === 0) return fieldSpoiled(guest, intent);
  const known = [
    ...tpm.objects.transient.keys(),
    ...tpm.objects.persistent.keys(),
    ...tpm.nv.indices.keys(),
    ...tpm.sessions.loaded.keys(),
  ];
  const handle = known.length > 0 && random.chance(60) ? random.pick(known) : random.pick(HANDLES);
  const at = random.below(command.handles.length);
  const { name, auth } = command.handles[at]!;
  const authorizations = intent.authorizations.map((used, i) =>
    i === at && auth !== undefined ? { ...used, auth: authKey(tpm, handle).slice() } : used,
  );
  return { ...intent, input: { ...input, [name]: handle }, authorizations };
}

/** Other attributes, another session, one more or one less, a wrong value. */
function otherAuthorization(guest: Guest, intent: Intent): Intent {
  const { random, tpm } = guest;
  const { authorizations } = intent;
  const loaded = [...tpm.sessions.loaded.keys()];
  const session = loaded.length > 0 ? random.pick(loaded) : 0x02000000;
  const nonceCaller = random.octets(random.pick([0, 1, 16, 32, 33, 64]));
  const other: Authorization = {
    handle: random.pick([
      session,
      session,
      session,
      0x02000005,
      0x03000006,
      0x40000009,
      0x40000001,
    ]),
    attributes: random.chance(70)
      ? random.pick([0, 1, 0x21, 0x41, 0x81, 0x83, 0x85])
      : random.below(256),
    nonceCaller,
    auth: authorizations[0]?.auth ?? new Uint8Array(0),
  };
  const choices: (readonly Authorization[])[] = [
    [...authorizations, other],
    [...authorizations, password(new Uint8Array(0))],
    authorizations.slice(1),
    authorizations.slice(0, -1),
    [other, ...authorizations.slice(1)],
    [other, ...authorizations],
    authorizations.map((used) => ({ ...used, attributes: other.attributes })),
    authorizations.map((used) => ({ ...used, auth: random.octets(4) })),
    [...authorizations, ...authorizations],
  ];
  return { ...intent, authorizations: random.pick(choices) };
}
