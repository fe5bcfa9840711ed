import { OBJECT, has } from '../../structures/attributes.ts';
import { TPM2B_DATA, TPM2B_ENCRYPTED_SECRET, TPM2B_PRIVATE } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT, TPMI_DH_OBJECT_OR_NULL, TPM_RH } from '../../structures/handles.ts';
import { EMPTY } from '../../structures/octets.ts';
import { TPMT_SYM_DEF_OBJECT_OR_NULL, type TpmtSymDefObject } from '../../structures/schemes.ts';
import { refuse } from '../../structures/tpmError.ts';
import { newParentAt, wrapInner, type InnerKey } from '../../tpm/duplication.ts';
import { slotAt } from '../../tpm/entities.ts';
import { protectionOf, wrap } from '../../tpm/privateBlob.ts';
import { encryptSecret } from '../../tpm/secretExchange.ts';
import { answer, command } from '../command.ts';

/**
 * Wraps an object so that another storage key can import it. Refuses with ATTRIBUTES what must not
 * leave its parent, TYPE what is no such object or storage key, SYMMETRIC and HIERARCHY a missing
 * wrapper where the object insists on both, SIZE a key of another size than the cipher's.
 */
export const duplicate = command({
  code: 0x14b,
  section: 'Part 3, 13.1 TPM2_Duplicate',
  handles: {
    objectHandle: { codec: TPMI_DH_OBJECT, auth: 'DUP' },
    newParentHandle: { codec: TPMI_DH_OBJECT_OR_NULL },
  },
  parameters: { encryptionKeyIn: TPM2B_DATA, symmetricAlg: TPMT_SYM_DEF_OBJECT_OR_NULL },
  response: {
    encryptionKeyOut: TPM2B_DATA,
    duplicate: TPM2B_PRIVATE,
    outSymSeed: TPM2B_ENCRYPTED_SECRET,
  },
  decide: ({ objectHandle, newParentHandle, encryptionKeyIn, symmetricAlg }, tpm, { entropy }) => {
    const object = slotAt(tpm, objectHandle);
    if (object.kind === 'sequence' || object.sensitive === null) refuse('TYPE', { handle: 1 });
    const { nameAlg, objectAttributes } = object.publicArea;
    if (has(objectAttributes, OBJECT.fixedParent)) refuse('ATTRIBUTES', { handle: 1 });
    if (nameAlg === 'NULL') refuse('TYPE', { handle: 1 });
    const newParent =
      newParentHandle === TPM_RH.NULL ? null : newParentAt(tpm, newParentHandle, { handle: 2 });
    if (has(objectAttributes, OBJECT.encryptedDuplication)) {
      if (symmetricAlg.algorithm === 'NULL') refuse('SYMMETRIC', { parameter: 2 });
      if (newParent === null) refuse('HIERARCHY', { handle: 2 });
    }
    const inner = innerKey(symmetricAlg, encryptionKeyIn, entropy);
    const { name, sensitive } = object;
    const encryptionKeyOut = inner === null || encryptionKeyIn.length > 0 ? EMPTY : inner.key;
    if (newParent === null) {
      const wrapped = wrapInner(sensitive, name, nameAlg, inner);
      return answer({ encryptionKeyOut, duplicate: wrapped, outSymSeed: EMPTY });
    }
    const { data, secret } = encryptSecret(newParent.publicArea, 'DUPLICATE', entropy);
    const wrapped = wrapInner(sensitive, name, nameAlg, inner);
    const outer = wrap(protectionOf(newParent, data), name, wrapped, null);
    return answer({ encryptionKeyOut, duplicate: outer, outSymSeed: secret });
  },
});

/** The caller's key, or a fresh one, for the inner wrapper that is asked for. */
function innerKey(
  sym: TpmtSymDefObject,
  given: Uint8Array,
  entropy: (count: number) => Uint8Array,
): InnerKey | null {
  if (sym.algorithm === 'NULL') {
    return given.length === 0 ? null : refuse('SIZE', { parameter: 1 });
  }
  const size = sym.keyBits / 8;
  if (given.length !== 0 && given.length !== size) refuse('SIZE', { parameter: 1 });
  return { sym, key: given.length === 0 ? entropy(size) : given };
}
