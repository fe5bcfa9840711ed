import type { SymmetricAlg } from '../crypto/symmetric.ts';
import type { TpmtPublic, TpmtSensitive } from '../structures/public.ts';
import type { HashAlg } from '../structures/hashAlg.ts';
import type { Secret } from '../structures/secret.ts';

/**
 * An object in the TPM: a key or data, with or without its sensitive area.
 *
 * `hierarchy` is the permanent handle it belongs to. `isPrimary`: made by CreatePrimary.
 * `isExternal`: by LoadExternal (TPM_RH_NULL parents and "temporary" are the caller's business).
 * Part 1, 27 Object Structure Elements
 */
export type TpmObject = {
  readonly kind: 'object';
  readonly publicArea: TpmtPublic;
  readonly sensitive: TpmtSensitive | null;
  readonly name: Uint8Array;
  readonly qualifiedName: Uint8Array;
  readonly hierarchy: number;
  readonly isPrimary: boolean;
  readonly isExternal: boolean;
  /** stClear, its own or of an ancestor: gone after a TPM Restart or Reset. */
  readonly isStClear: boolean;
};

/**
 * A hash that goes on: see HashState in crypto; `state` holds chaining value and pending octets.
 */
export type SequenceHash = {
  readonly hashAlg: HashAlg;
  readonly lengthOctets: number;
  readonly chaining: Secret;
  readonly pending: Secret;
};

/**
 * A hash, HMAC or event sequence object.
 *
 * `hashes` holds one running hash, or one a bank for an event sequence. `outerKey` is the padded
 * key of an HMAC. `isTicketSafe`: null before the first octets, false when they were
 * TPM_GENERATED_VALUE or too few to tell. Part 1, 32 Hash, HMAC, and Event Sequences
 */
export type HashSequence = {
  readonly kind: 'sequence';
  readonly purpose: 'hash' | 'hmac' | 'event';
  readonly auth: Secret;
  readonly hashes: readonly SequenceHash[];
  readonly key: Secret | null;
  readonly isTicketSafe: boolean | null;
};

/**
 * A sequence object that makes a MAC with a cipher: see CmacState in crypto. Part 1, 32.3 HMAC
 * Sequence
 */
export type CmacSequence = {
  readonly kind: 'sequence';
  readonly purpose: 'cmac';
  readonly auth: Secret;
  readonly algorithm: SymmetricAlg;
  readonly key: Secret;
  readonly chaining: Secret;
  readonly pending: Secret;
};

/** What data can come to in pieces. */
export type SequenceObject = HashSequence | CmacSequence;

/** What a transient slot holds. */
export type Transient = TpmObject | SequenceObject;

/** The objects in the TPM, by handle. */
export type Objects = {
  readonly transient: ReadonlyMap<number, Transient>;
  readonly persistent: ReadonlyMap<number, TpmObject>;
};

/** The facts about objects. */
export type ObjectEvent =
  | { readonly type: 'ObjectLoaded'; readonly handle: number; readonly object: TpmObject }
  | { readonly type: 'SequenceStarted'; readonly handle: number; readonly sequence: SequenceObject }
  | { readonly type: 'SequenceUpdated'; readonly handle: number; readonly sequence: SequenceObject }
  | { readonly type: 'ObjectFlushed'; readonly handle: number }
  | { readonly type: 'ObjectPersisted'; readonly handle: number; readonly object: TpmObject }
  | { readonly type: 'ObjectEvicted'; readonly handle: number };

type Of<K extends ObjectEvent['type']> = Extract<ObjectEvent, { type: K }>;

/** What each fact does to the objects. */
export const objectEvolvers = {
  ObjectLoaded: (objects: Objects, { handle, object }: Of<'ObjectLoaded'>) =>
    withTransient(objects, handle, object),
  SequenceStarted: (objects: Objects, { handle, sequence }: Of<'SequenceStarted'>) =>
    withTransient(objects, handle, sequence),
  SequenceUpdated: (objects: Objects, { handle, sequence }: Of<'SequenceUpdated'>) =>
    withTransient(objects, handle, sequence),
  ObjectFlushed: (objects: Objects, { handle }: Of<'ObjectFlushed'>): Objects => ({
    ...objects,
    transient: without(objects.transient, handle),
  }),
  ObjectPersisted: (objects: Objects, { handle, object }: Of<'ObjectPersisted'>): Objects => ({
    ...objects,
    persistent: new Map(objects.persistent).set(handle, object),
  }),
  ObjectEvicted: (objects: Objects, { handle }: Of<'ObjectEvicted'>): Objects => ({
    ...objects,
    persistent: without(objects.persistent, handle),
  }),
};

function withTransient(objects: Objects, handle: number, slot: Transient): Objects {
  return { ...objects, transient: new Map(objects.transient).set(handle, slot) };
}

function without<V>(map: ReadonlyMap<number, V>, handle: number): ReadonlyMap<number, V> {
  const rest = new Map(map);
  rest.delete(handle);
  return rest;
}

/** The objects for which `keep` holds; sequences are kept unless `keepSequences` is false. */
export function keepObjects(
  objects: Objects,
  keep: (object: TpmObject) => boolean,
  keepSequences = true,
): Objects {
  const transient = [...objects.transient].filter(([, slot]) =>
    slot.kind === 'sequence' ? keepSequences : keep(slot),
  );
  const persistent = [...objects.persistent].filter(([, object]) => keep(object));
  return { transient: new Map(transient), persistent: new Map(persistent) };
}
