import { TPML_PCR_SELECTION, TPMT_TK_CREATION } from '../../structures/base.ts';
import { TPM2B_DATA, TPM2B_DIGEST, TPM2B_NAME } from '../../structures/buffers.ts';
import { TPM2B_CREATION_DATA } from '../../structures/creationData.ts';
import { TPMI_RH_HIERARCHY_OR_NULL } from '../../structures/handles.ts';
import {
  TPM2B_PUBLIC,
  TPM2B_PUBLIC_OR_NULL,
  TPM2B_SENSITIVE_CREATE,
} from '../../structures/public.ts';
import { checkRequest, recordCreation } from '../../tpm/creation.ts';
import { freeTransient } from '../../tpm/entities.ts';
import { makeKey } from '../../tpm/keyMaterial.ts';
import { primaryOrigin } from '../../tpm/keyOrigin.ts';
import { loadedObject } from '../../tpm/loading.ts';
import { answerHandle, command } from '../command.ts';

/**
 * Creates and loads the primary object that a template has under a hierarchy: always the same one.
 * Refuses with OBJECT_MEMORY without a free slot, and what cannot be created.
 */
export const createPrimary = command({
  code: 0x131,
  section: 'Part 3, 24.1 TPM2_CreatePrimary',
  presence: 'configurable',
  handles: { primaryHandle: { codec: TPMI_RH_HIERARCHY_OR_NULL, auth: 'USER' } },
  parameters: {
    inSensitive: TPM2B_SENSITIVE_CREATE,
    inPublic: TPM2B_PUBLIC,
    outsideInfo: TPM2B_DATA,
    creationPCR: TPML_PCR_SELECTION,
  },
  responseHandle: 'objectHandle',
  response: {
    outPublic: TPM2B_PUBLIC_OR_NULL,
    creationData: TPM2B_CREATION_DATA,
    creationHash: TPM2B_DIGEST,
    creationTicket: TPMT_TK_CREATION,
    name: TPM2B_NAME,
  },
  decide: ({ primaryHandle, inSensitive, inPublic, ...asked }, tpm, { locality, rsaPrimes }) => {
    const handle = freeTransient(tpm);
    const request = checkRequest(null, inPublic, inSensitive);
    const { nameAlg, template } = request;
    const origin = primaryOrigin(tpm.hierarchies, primaryHandle, request, rsaPrimes);
    const { publicArea, sensitive } = makeKey(template, nameAlg, request.inSensitive, origin);
    const object = loadedObject(primaryHandle, publicArea, sensitive);
    const { name } = object;
    const record = recordCreation(tpm, primaryHandle, { nameAlg, name }, asked, locality);
    const response = { outPublic: publicArea, ...record, name };
    return answerHandle(handle, response, { type: 'ObjectLoaded', handle, object });
  },
});
