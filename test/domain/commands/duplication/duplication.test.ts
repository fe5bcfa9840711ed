import { describe, expect, test } from 'vitest';
import { duplicate } from '../../../../domain/commands/duplication/duplicate.ts';
import { importObject } from '../../../../domain/commands/duplication/importObject.ts';
import { rewrap } from '../../../../domain/commands/duplication/rewrap.ts';
import { load } from '../../../../domain/commands/object/load.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import type { TpmtPublic } from '../../../../domain/structures/public.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { given } from '../../../support/given.ts';
import { withChild, withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY, cipherKey, signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const NONE = new Uint8Array(0);
const AES = { algorithm: 'AES', keyBits: 128, mode: 'CFB' } as const;
const NULL = { algorithm: 'NULL' } as const;
const UNIQUE = (octet: number) => ({
  ...STORAGE_KEY,
  unique: { x: new Uint8Array([octet]), y: NONE },
});

/** A TPM with two parents, and a child of the first that may leave it. */
function family(attributes = 0) {
  const first = withPrimary(started());
  const second = withPrimary(first.tpm, UNIQUE(1));
  const child = withChild(second.tpm, first.handle, signingKey(attributes));
  return { ...child, first: first.handle, second: second.handle, child: child.handle };
}

type Duplicated = {
  readonly encryptionKeyOut: Uint8Array;
  readonly duplicate: Uint8Array;
  readonly outSymSeed: Uint8Array;
};

function duplicated(
  { tpm, child }: ReturnType<typeof family>,
  newParentHandle: number,
  symmetricAlg: typeof AES | typeof NULL,
  encryptionKeyIn: Uint8Array = NONE,
): Duplicated {
  const input = { objectHandle: child, newParentHandle, encryptionKeyIn, symmetricAlg };
  return given(tpm).when(duplicate, input).response as Duplicated;
}

function imported(
  { tpm, inPublic }: ReturnType<typeof family>,
  parentHandle: number,
  made: Duplicated,
  symmetricAlg: typeof AES | typeof NULL,
) {
  return given(tpm).when(importObject, {
    parentHandle,
    encryptionKey: made.encryptionKeyOut,
    objectPublic: inPublic,
    duplicate: made.duplicate,
    inSymSeed: made.outSymSeed,
    symmetricAlg,
  });
}

describe('duplicate and import', () => {
  test.each([
    ['both wrappers', true, AES],
    ['an outer wrapper', true, NULL],
    ['an inner wrapper', false, AES],
    ['no wrapper', false, NULL],
  ] as const)('an object moves to another parent in %s', (_, isOuter, sym) => {
    const all = family();
    const made = duplicated(all, isOuter ? all.second : TPM_RH.NULL, sym);
    expect(made.outSymSeed.length > 0).toBe(isOuter);
    expect(made.encryptionKeyOut.length).toBe(sym.algorithm === 'NULL' ? 0 : 16);
    const { outPrivate } = imported(all, all.second, made, sym).response as {
      readonly outPrivate: Uint8Array;
    };
    const halves = { inPrivate: outPrivate, inPublic: all.inPublic };
    const loaded = given(all.tpm).when(load, { parentHandle: all.second, ...halves });
    const moved = objectAt(loaded.tpm, loaded.decision.handle ?? 0);
    expect(moved.sensitive).toEqual(objectAt(all.tpm, all.child).sensitive);
  });

  test('a key of the caller wraps, and is not given back', () => {
    const all = family();
    const key = new Uint8Array(16).fill(9);
    const made = duplicated(all, TPM_RH.NULL, AES, key);
    expect(made.encryptionKeyOut).toEqual(NONE);
    imported(all, all.second, { ...made, encryptionKeyOut: key }, AES).records();
  });

  test('any other octet of a duplicate is refused', () => {
    const all = family();
    const made = duplicated(all, all.second, AES);
    for (const at of [2, 40, made.duplicate.length - 1]) {
      const changed = made.duplicate.with(at, (made.duplicate[at] ?? 0) ^ 1);
      imported(all, all.second, { ...made, duplicate: changed }, AES).refuses('INTEGRITY', {
        parameter: 3,
      });
    }
  });

  test('what is fixed to its parent stays', () => {
    const all = family(OBJECT.fixedParent | OBJECT.fixedTPM);
    given(all.tpm)
      .when(duplicate, {
        objectHandle: all.child,
        newParentHandle: all.second,
        encryptionKeyIn: NONE,
        symmetricAlg: NULL,
      })
      .refuses('ATTRIBUTES', { handle: 1 });
    const objectPublic: TpmtPublic = all.inPublic;
    given(all.tpm)
      .when(importObject, {
        parentHandle: all.second,
        encryptionKey: NONE,
        objectPublic,
        duplicate: NONE,
        inSymSeed: NONE,
        symmetricAlg: NULL,
      })
      .refuses('ATTRIBUTES', { parameter: 2 });
  });

  test('an object that insists on both wrappers gets them', () => {
    const all = family(OBJECT.encryptedDuplication);
    const input = { objectHandle: all.child, encryptionKeyIn: NONE };
    given(all.tpm)
      .when(duplicate, { ...input, newParentHandle: all.second, symmetricAlg: NULL })
      .refuses('SYMMETRIC', { parameter: 2 });
    given(all.tpm)
      .when(duplicate, { ...input, newParentHandle: TPM_RH.NULL, symmetricAlg: AES })
      .refuses('HIERARCHY', { handle: 2 });
    const made = duplicated(all, all.second, AES);
    const bare = { ...made, encryptionKeyOut: NONE };
    imported(all, all.second, bare, NULL).refuses('ATTRIBUTES', { parameter: 1 });
    const unsealed = { ...made, outSymSeed: NONE };
    imported(all, all.second, unsealed, AES).refuses('ATTRIBUTES', { parameter: 4 });
  });

  test('new parents are storage keys, and keys as long as their cipher wants', () => {
    const all = family();
    const input = { objectHandle: all.child, newParentHandle: all.second, symmetricAlg: AES };
    given(all.tpm)
      .when(duplicate, { ...input, newParentHandle: all.child, encryptionKeyIn: NONE })
      .refuses('TYPE', { handle: 2 });
    given(all.tpm)
      .when(duplicate, { ...input, encryptionKeyIn: new Uint8Array(15) })
      .refuses('SIZE', { parameter: 1 });
    given(all.tpm)
      .when(duplicate, { ...input, symmetricAlg: NULL, encryptionKeyIn: new Uint8Array(1) })
      .refuses('SIZE', { parameter: 1 });
    const made = duplicated(all, all.second, NULL);
    imported(all, all.child, made, NULL).refuses('TYPE', { handle: 1 });
  });

  test('a cipher key can be a parent, but exchanges no secrets', () => {
    const all = family();
    const storage = cipherKey(OBJECT.restricted | OBJECT.decrypt, 'CFB');
    const parent = withPrimary(all.tpm, storage);
    const made = duplicated({ ...all, tpm: parent.tpm }, all.second, NULL);
    imported({ ...all, tpm: parent.tpm }, parent.handle, made, NULL).refuses('TYPE', { handle: 1 });
    const plain = duplicated(all, TPM_RH.NULL, NULL);
    imported({ ...all, tpm: parent.tpm }, parent.handle, plain, NULL).records();
  });
});

describe('rewrap', () => {
  test('the outer wrapper is changed for another parent, and the inner one kept', () => {
    const all = family();
    const made = duplicated(all, all.first, AES);
    const { name } = objectAt(all.tpm, all.child);
    const { outDuplicate, outSymSeed } = given(all.tpm).when(rewrap, {
      oldParent: all.first,
      newParent: all.second,
      inDuplicate: made.duplicate,
      name,
      inSymSeed: made.outSymSeed,
    }).response as { readonly outDuplicate: Uint8Array; readonly outSymSeed: Uint8Array };
    const moved = { ...made, duplicate: outDuplicate, outSymSeed };
    imported(all, all.second, moved, AES).records();
  });

  test('a seed goes with an old parent, and neither without the other', () => {
    const all = family();
    const made = duplicated(all, all.first, NULL);
    const { name } = objectAt(all.tpm, all.child);
    const input = { newParent: all.second, inDuplicate: made.duplicate, name };
    given(all.tpm)
      .when(rewrap, { ...input, oldParent: all.first, inSymSeed: NONE })
      .refuses('HANDLE', { handle: 1 });
    given(all.tpm)
      .when(rewrap, { ...input, oldParent: TPM_RH.NULL, inSymSeed: made.outSymSeed })
      .refuses('HANDLE', { handle: 1 });
    given(all.tpm)
      .when(rewrap, { ...input, oldParent: all.child, inSymSeed: made.outSymSeed })
      .refuses('TYPE', { handle: 1 });
    given(all.tpm)
      .when(rewrap, { ...input, oldParent: all.second, inSymSeed: new Uint8Array(9) })
      .refuses('VALUE', { parameter: 3 });
    given(all.tpm)
      .when(rewrap, { ...input, oldParent: all.second, inSymSeed: made.outSymSeed })
      .refuses('INTEGRITY', { parameter: 1 });
  });
});
