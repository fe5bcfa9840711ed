import { OBJECT, has } from '../../structures/attributes.ts';
import { TPM2B_DATA, TPM2B_ENCRYPTED_SECRET, TPM2B_PRIVATE } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPM2B_PUBLIC } from '../../structures/public.ts';
import { TPMT_SYM_DEF_OBJECT_OR_NULL, type TpmtSymDefObject } from '../../structures/schemes.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { unwrapInner, type InnerKey } from '../../tpm/duplication.ts';
import { checkImport } from '../../tpm/loading.ts';
import { objectName } from '../../tpm/names.ts';
import type { TpmObject } from '../../tpm/objects.ts';
import { storageParentAt } from '../../tpm/parents.ts';
import { protectionOf, sensitiveToPrivate, unwrap } from '../../tpm/privateBlob.ts';
import { decryptSecret } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

const BLAME = { publicArea: { parameter: 2 }, sensitive: { parameter: 3 } } as const;

/**
 * Wraps a duplicate under a parent of this TPM, so that Load takes it. Refuses with ATTRIBUTES what
 * claims to be fixed or misses a wrapper it insists on, TYPE what is no storage key, SIZE a key of
 * another size than the cipher's, INTEGRITY what is not as it was, and what cannot be loaded.
 */
export const importObject = command({
  code: 0x156,
  section: 'Part 3, 13.3 TPM2_Import',
  handles: { parentHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: {
    encryptionKey: TPM2B_DATA,
    objectPublic: TPM2B_PUBLIC,
    duplicate: TPM2B_PRIVATE,
    inSymSeed: TPM2B_ENCRYPTED_SECRET,
    symmetricAlg: TPMT_SYM_DEF_OBJECT_OR_NULL,
  },
  response: { outPrivate: TPM2B_PRIVATE },
  decide: ({ parentHandle, encryptionKey, objectPublic, ...wrapped }, tpm, { entropy }) => {
    const { duplicate, inSymSeed, symmetricAlg } = wrapped;
    const { nameAlg, objectAttributes } = objectPublic;
    const isFixed = (objectAttributes & (OBJECT.fixedTPM | OBJECT.fixedParent)) !== 0;
    if (isFixed) refuse('ATTRIBUTES', { parameter: 2 });
    const parent = storageParentAt(tpm, parentHandle);
    const mustBeWrapped = has(objectAttributes, OBJECT.encryptedDuplication);
    const inner = innerKey(symmetricAlg, encryptionKey, mustBeWrapped);
    const seed = outerSeed(parent, inSymSeed, mustBeWrapped);
    const name = objectName(objectPublic);
    const sensitive = positioned({ parameter: 3 }, () => {
      const octets =
        seed === null ? duplicate : unwrap(protectionOf(parent, seed), name, duplicate, false);
      return unwrapInner(octets, name, nameAlg, inner);
    });
    checkImport(parent, objectPublic, sensitive, BLAME);
    return answer({ outPrivate: sensitiveToPrivate(parent, name, sensitive, entropy) });
  },
});

function innerKey(sym: TpmtSymDefObject, key: Uint8Array, mustBeWrapped: boolean): InnerKey | null {
  if (sym.algorithm === 'NULL') {
    if (key.length !== 0) refuse('SIZE', { parameter: 1 });
    return mustBeWrapped ? refuse('ATTRIBUTES', { parameter: 1 }) : null;
  }
  return key.length === sym.keyBits / 8 ? { sym, key } : refuse('SIZE', { parameter: 1 });
}

function outerSeed(parent: TpmObject, secret: Uint8Array, mustBeWrapped: boolean) {
  if (secret.length === 0) {
    return mustBeWrapped ? refuse('ATTRIBUTES', { parameter: 4 }) : null;
  }
  if (parent.publicArea.type === 'SYMCIPHER') refuse('TYPE', { handle: 1 });
  return positioned({ parameter: 4 }, () => decryptSecret(parent, 'DUPLICATE', secret));
}
