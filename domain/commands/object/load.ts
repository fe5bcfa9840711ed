import { TPM2B_NAME, TPM2B_PRIVATE } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPM2B_PUBLIC } from '../../structures/public.ts';
import { positioned, refuse } from '../../structures/tpmError.ts';
import { freeTransient } from '../../tpm/entities.ts';
import { checkLoad, loadedObject } from '../../tpm/loading.ts';
import { objectName } from '../../tpm/names.ts';
import { storageParentAt } from '../../tpm/parents.ts';
import { privateToSensitive } from '../../tpm/privateBlob.ts';
import { answerHandle, command } from '../command.ts';

const BLAME = { publicArea: { parameter: 2 }, sensitive: { parameter: 1 } } as const;

/**
 * Loads an object under its parent. Refuses with OBJECT_MEMORY without a free slot, TYPE what is no
 * storage key, INTEGRITY what this parent did not wrap or not for this public area, and what cannot
 * be loaded.
 */
export const load = command({
  code: 0x157,
  section: 'Part 3, 12.2 TPM2_Load',
  handles: { parentHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: { inPrivate: TPM2B_PRIVATE, inPublic: TPM2B_PUBLIC },
  responseHandle: 'objectHandle',
  response: { name: TPM2B_NAME },
  decide: ({ parentHandle, inPrivate, inPublic }, tpm) => {
    const handle = freeTransient(tpm);
    if (inPrivate.length === 0) refuse('SIZE', { parameter: 1 });
    const parent = storageParentAt(tpm, parentHandle);
    const name = objectName(inPublic);
    const sensitive = positioned({ parameter: 1 }, () =>
      privateToSensitive(parent, name, inPrivate),
    );
    checkLoad(parent, inPublic, sensitive, BLAME);
    const object = loadedObject(parent, inPublic, sensitive);
    return answerHandle(handle, { name }, { type: 'ObjectLoaded', handle, object });
  },
});
