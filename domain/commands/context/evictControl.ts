import {
  TPMI_DH_OBJECT,
  TPMI_DH_PERSISTENT,
  TPMI_RH_PROVISION,
  TPM_HC,
  TPM_RH,
} from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { slotAt } from '../../tpm/entities.ts';
import { isTemporary } from '../../tpm/loading.ts';
import { PERSISTENT_SLOTS } from '../../tpm/profile.ts';
import { command, done } from '../command.ts';

/**
 * Keeps a loaded object under a persistent handle, or removes a persistent one. Refuses with
 * ATTRIBUTES what is temporary, HANDLE a persistent object at another handle, HIERARCHY what
 * belongs to somebody else, RANGE a handle that does, NV_DEFINED one that is taken, NV_SPACE when
 * all are.
 */
export const evictControl = command({
  code: 0x120,
  section: 'Part 3, 28.5 TPM2_EvictControl',
  presence: 'configurable',
  handles: {
    auth: { codec: TPMI_RH_PROVISION, auth: 'USER' },
    objectHandle: { codec: TPMI_DH_OBJECT },
  },
  parameters: { persistentHandle: TPMI_DH_PERSISTENT },
  response: {},
  isNv: true,
  decide: ({ auth, objectHandle, persistentHandle: handle }, tpm) => {
    const slot = slotAt(tpm, objectHandle);
    if (slot.kind === 'sequence' || isTemporary(slot)) refuse('ATTRIBUTES', { handle: 2 });
    const isPersistent = tpm.objects.persistent.has(objectHandle);
    if (isPersistent && objectHandle !== handle) refuse('HANDLE', { handle: 2 });
    checkOwner(auth === TPM_RH.PLATFORM, slot.hierarchy, isPersistent, handle);
    if (isPersistent) return done({ type: 'ObjectEvicted', handle });
    if (tpm.objects.persistent.has(handle)) refuse('NV_DEFINED');
    if (tpm.objects.persistent.size >= PERSISTENT_SLOTS) refuse('NV_SPACE');
    return done({ type: 'ObjectPersisted', handle, object: slot });
  },
});

/** The platform may remove everything; otherwise each keeps to its own objects and handles. */
function checkOwner(
  isPlatform: boolean,
  hierarchy: number,
  isPersistent: boolean,
  handle: number,
): void {
  if (isPlatform && isPersistent) return;
  if (isPlatform !== (hierarchy === TPM_RH.PLATFORM)) refuse('HIERARCHY', { handle: 2 });
  const isPlatformHandle = handle >= TPM_HC.PLATFORM_PERSISTENT;
  if (!isPersistent && isPlatform !== isPlatformHandle) refuse('RANGE', { parameter: 1 });
}
