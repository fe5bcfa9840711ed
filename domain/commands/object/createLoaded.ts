import { TPM2B_NAME, TPM2B_PRIVATE, TPM2B_TEMPLATE } from '../../structures/buffers.ts';
import { fromOctets } from '../../structures/codec.ts';
import { TPMI_DH_PARENT_OR_NULL, TPM_HT, handleType } from '../../structures/handles.ts';
import { EMPTY } from '../../structures/octets.ts';
import {
  TPM2B_PUBLIC_OR_NULL,
  TPM2B_SENSITIVE_CREATE,
  TPMT_PUBLIC,
  type TpmsSensitiveCreate,
} from '../../structures/public.ts';
import { positioned } from '../../structures/tpmError.ts';
import { checkAuth, checkRequest } from '../../tpm/creation.ts';
import { derivationRequest, type DerivationRequest } from '../../tpm/derivation.ts';
import { freeTransient, slotAt } from '../../tpm/entities.ts';
import { makeKey } from '../../tpm/keyMaterial.ts';
import { primaryOrigin, randomOrigin } from '../../tpm/keyOrigin.ts';
import { loadedObject, type ParentOrHierarchy } from '../../tpm/loading.ts';
import { storageParentAt } from '../../tpm/parents.ts';
import { sensitiveToPrivate } from '../../tpm/privateBlob.ts';
import { PROFILES } from '../../tpm/profile.ts';
import { isDerivationParent } from '../../tpm/templates.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import type { Circumstances } from '../circumstances.ts';
import { answerHandle, command } from '../command.ts';

/**
 * Creates an object and loads it: a primary one under a hierarchy, a child of a storage key, or one
 * that is derived from a keyed hash. Refuses with TYPE what is no parent, OBJECT_MEMORY without a
 * free slot, and what cannot be created.
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
    const under = parentAt(tpm, parentHandle);
    const handle = freeTransient(tpm);
    const isDerived = typeof under !== 'number' && isDerivationParent(under);
    const request = isDerived
      ? derivationRequest(under, inPublic, inSensitive, PROFILES[tpm.profile].withheld)
      : ordinaryRequest(tpm, under, inPublic, inSensitive, circumstances);
    const { template, nameAlg, origin } = request;
    const { publicArea, sensitive } = makeKey(template, nameAlg, request.inSensitive, origin);
    const object = loadedObject(under, publicArea, sensitive);
    const { name } = object;
    const outPrivate =
      typeof under === 'number' || isDerived
        ? EMPTY
        : sensitiveToPrivate(under, name, sensitive, circumstances.entropy);
    const response = { outPrivate, outPublic: publicArea, name };
    return answerHandle(handle, response, { type: 'ObjectLoaded', handle, object });
  },
});

/** A hierarchy by its handle, a storage key, or what objects are derived from; TYPE otherwise. */
function parentAt(tpm: Tpm, handle: number): ParentOrHierarchy {
  if (handleType(handle) === TPM_HT.PERMANENT) return handle;
  const slot = slotAt(tpm, handle);
  if (slot.kind === 'object' && isDerivationParent(slot)) return slot;
  return storageParentAt(tpm, handle);
}

function ordinaryRequest(
  tpm: Tpm,
  under: ParentOrHierarchy,
  inPublic: Uint8Array,
  inSensitive: TpmsSensitiveCreate,
  circumstances: Circumstances,
): DerivationRequest {
  const { withheld } = PROFILES[tpm.profile];
  const template = positioned({ parameter: 2 }, () => fromOctets(TPMT_PUBLIC, inPublic, withheld));
  checkAuth(inSensitive.userAuth, template.nameAlg);
  const request = checkRequest(typeof under === 'number' ? null : under, template, inSensitive);
  const origin =
    typeof under === 'number'
      ? primaryOrigin(tpm.hierarchies, under, request, circumstances.rsaPrimes)
      : randomOrigin(circumstances);
  return { ...request, origin };
}
