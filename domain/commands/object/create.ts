import { TPML_PCR_SELECTION, TPMT_TK_CREATION } from '../../structures/base.ts';
import { TPM2B_DATA, TPM2B_DIGEST, TPM2B_PRIVATE } from '../../structures/buffers.ts';
import { TPM2B_CREATION_DATA } from '../../structures/creationData.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import {
  TPM2B_PUBLIC,
  TPM2B_PUBLIC_OR_NULL,
  TPM2B_SENSITIVE_CREATE,
} from '../../structures/public.ts';
import { checkRequest, recordCreation } from '../../tpm/creation.ts';
import { freeTransient } from '../../tpm/entities.ts';
import { makeKey } from '../../tpm/keyMaterial.ts';
import { randomOrigin } from '../../tpm/keyOrigin.ts';
import { objectName } from '../../tpm/names.ts';
import { storageParentAt } from '../../tpm/parents.ts';
import { sensitiveToPrivate } from '../../tpm/privateBlob.ts';
import { answer, command } from '../command.ts';

/**
 * Creates an object that only its parent can load. Refuses with TYPE what is no storage key,
 * OBJECT_MEMORY when it could not be loaded, and what cannot be created.
 */
export const create = command({
  code: 0x153,
  section: 'Part 3, 12.1 TPM2_Create',
  handles: { parentHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: {
    inSensitive: TPM2B_SENSITIVE_CREATE,
    inPublic: TPM2B_PUBLIC,
    outsideInfo: TPM2B_DATA,
    creationPCR: TPML_PCR_SELECTION,
  },
  response: {
    outPrivate: TPM2B_PRIVATE,
    outPublic: TPM2B_PUBLIC_OR_NULL,
    creationData: TPM2B_CREATION_DATA,
    creationHash: TPM2B_DIGEST,
    creationTicket: TPMT_TK_CREATION,
  },
  decide: ({ parentHandle, inSensitive, inPublic, ...asked }, tpm, circumstances) => {
    const parent = storageParentAt(tpm, parentHandle);
    freeTransient(tpm);
    const request = checkRequest(parent, inPublic, inSensitive);
    const { nameAlg, template } = request;
    const origin = randomOrigin(circumstances);
    const { publicArea, sensitive } = makeKey(template, nameAlg, request.inSensitive, origin);
    const name = objectName(publicArea);
    const outPrivate = sensitiveToPrivate(parent, name, sensitive, circumstances.entropy);
    const { locality } = circumstances;
    const record = recordCreation(tpm, parent, { nameAlg, name }, asked, locality);
    return answer({ outPrivate, outPublic: publicArea, ...record });
  },
});
