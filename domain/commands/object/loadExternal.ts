import { OBJECT } from '../../structures/attributes.ts';
import { TPM2B_NAME } from '../../structures/buffers.ts';
import { TPMI_RH_HIERARCHY_OR_NULL, TPM_RH } from '../../structures/handles.ts';
import { TPM2B_PUBLIC_OR_NULL, TPM2B_SENSITIVE_OR_ABSENT } from '../../structures/public.ts';
import { refuse } from '../../structures/tpmError.ts';
import { freeTransient } from '../../tpm/entities.ts';
import { isHierarchyUsable } from '../../tpm/hierarchies.ts';
import { checkLoad, externalObject } from '../../tpm/loading.ts';
import { answerHandle, command } from '../command.ts';

const BLAME = { publicArea: { parameter: 2 }, sensitive: { parameter: 1 } } as const;
const OF_THIS_TPM = OBJECT.fixedTPM | OBJECT.fixedParent | OBJECT.restricted;

/**
 * Loads a public key, or both halves of a key, from outside. Refuses with OBJECT_MEMORY without a
 * free slot, HIERARCHY one that is switched off or, with a sensitive area, any but NULL, ATTRIBUTES
 * what pretends to be a key of this TPM, and what cannot be loaded.
 */
export const loadExternal = command({
  code: 0x167,
  section: 'Part 3, 12.3 TPM2_LoadExternal',
  handles: {},
  parameters: {
    inPrivate: TPM2B_SENSITIVE_OR_ABSENT,
    inPublic: TPM2B_PUBLIC_OR_NULL,
    hierarchy: TPMI_RH_HIERARCHY_OR_NULL,
  },
  responseHandle: 'objectHandle',
  response: { name: TPM2B_NAME },
  decide: ({ inPrivate, inPublic, hierarchy }, tpm) => {
    const handle = freeTransient(tpm);
    if (!isHierarchyUsable(tpm.hierarchies, hierarchy)) refuse('HIERARCHY', { parameter: 3 });
    if (inPrivate !== null) {
      if (hierarchy !== TPM_RH.NULL) refuse('HIERARCHY', { parameter: 3 });
      if ((inPublic.objectAttributes & OF_THIS_TPM) !== 0) refuse('ATTRIBUTES', { parameter: 2 });
    }
    checkLoad(null, inPublic, inPrivate, BLAME);
    const object = externalObject(hierarchy, inPublic, inPrivate);
    return answerHandle(handle, { name: object.name }, { type: 'ObjectLoaded', handle, object });
  },
});
