import { TPM2B_AUTH, TPM2B_PRIVATE } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { sameOctets } from '../../structures/octets.ts';
import { refuse } from '../../structures/tpmError.ts';
import { checkAuth } from '../../tpm/creation.ts';
import { slotAt } from '../../tpm/entities.ts';
import { qualifiedName } from '../../tpm/names.ts';
import { sensitiveToPrivate } from '../../tpm/privateBlob.ts';
import { isStorageParent } from '../../tpm/templates.ts';
import { answer, command } from '../command.ts';

/**
 * Wraps an object anew with another authorization value; what is loaded keeps the old one. Refuses
 * with TYPE a sequence or what is not its parent, with SIZE a value that is too long.
 */
export const objectChangeAuth = command({
  code: 0x150,
  section: 'Part 3, 12.8 TPM2_ObjectChangeAuth',
  handles: {
    objectHandle: { codec: TPMI_DH_OBJECT, auth: 'ADMIN' },
    parentHandle: { codec: TPMI_DH_OBJECT },
  },
  parameters: { newAuth: TPM2B_AUTH },
  response: { outPrivate: TPM2B_PRIVATE },
  decide: ({ objectHandle, parentHandle, newAuth }, tpm, { entropy }) => {
    const object = slotAt(tpm, objectHandle);
    if (object.kind === 'sequence' || object.sensitive === null) refuse('TYPE', { handle: 1 });
    const { nameAlg } = object.publicArea;
    const authValue = checkAuth(newAuth, nameAlg);
    const parent = slotAt(tpm, parentHandle);
    if (parent.kind === 'sequence' || !isStorageParent(parent)) refuse('TYPE', { handle: 2 });
    const expected = qualifiedName(nameAlg, parent.qualifiedName, object.name);
    const isChild = !object.isExternal && sameOctets(expected, object.qualifiedName);
    if (!isChild) refuse('TYPE', { handle: 2 });
    const sensitive = { ...object.sensitive, authValue };
    return answer({ outPrivate: sensitiveToPrivate(parent, object.name, sensitive, entropy) });
  },
});
