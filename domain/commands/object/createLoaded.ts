import { TPM2B_NAME, TPM2B_PRIVATE, TPM2B_TEMPLATE } from '../../structures/buffers.ts';
import { fromOctets } from '../../structures/codec.ts';
import { TPMI_DH_PARENT_OR_NULL, TPM_HT, handleType } from '../../structures/handles.ts';
import { EMPTY } from '../../structures/octets.ts';
import {
  TPM2B_PUBLIC_OR_NULL,
  TPM2B_SENSITIVE_CREATE,
  TPMT_PUBLIC,
} from '../../structures/public.ts';
import { positioned } from '../../structures/tpmError.ts';
import { checkRequest } from '../../tpm/creation.ts';
import { freeTransient } from '../../tpm/entities.ts';
import { makeKey } from '../../tpm/keyMaterial.ts';
import { primaryOrigin, randomOrigin } from '../../tpm/keyOrigin.ts';
import { loadedObject } from '../../tpm/loading.ts';
import { storageParentAt } from '../../tpm/parents.ts';
import { sensitiveToPrivate } from '../../tpm/privateBlob.ts';
import { answerHandle, command } from '../command.ts';

/**
 * Creates an object and loads it: a primary one under a hierarchy, or a child of a storage key.
 * Refuses with OBJECT_MEMORY without a free slot, TYPE what is no storage key, and what cannot be
 * created.
 */
export const createLoaded = command({
  code: 0x191,
  section: 'Part 3, 12.9 TPM2_CreateLoaded',
  presence: 'configurable',
  handles: { parentHandle: { codec: TPMI_DH_PARENT_OR_NULL, auth: 'USER' } },
  parameters: { inSensitive: TPM2B_SENSITIVE_CREATE, inPublic: TPM2B_TEMPLATE },
  responseHandle: 'objectHandle',
  response: { outPrivate: TPM2B_PRIVATE, outPublic: TPM2B_PUBLIC_OR_NULL, name: TPM2B_NAME },
  decide: ({ parentHandle, inSensitive, inPublic }, tpm, circumstances) => {
    const handle = freeTransient(tpm);
    const isPrimary = handleType(parentHandle) === TPM_HT.PERMANENT;
    const parent = isPrimary ? null : storageParentAt(tpm, parentHandle);
    const template = positioned({ parameter: 2 }, () => fromOctets(TPMT_PUBLIC, inPublic));
    const request = checkRequest(parent, template, inSensitive);
    const origin =
      parent === null
        ? primaryOrigin(tpm.hierarchies, parentHandle, request, circumstances.rsaPrimes)
        : randomOrigin(circumstances);
    const made = makeKey(request.template, request.nameAlg, request.inSensitive, origin);
    const object = loadedObject(parent ?? parentHandle, made.publicArea, made.sensitive);
    const { name } = object;
    const outPrivate =
      parent === null
        ? EMPTY
        : sensitiveToPrivate(parent, name, made.sensitive, circumstances.entropy);
    const response = { outPrivate, outPublic: made.publicArea, name };
    return answerHandle(handle, response, { type: 'ObjectLoaded', handle, object });
  },
});
