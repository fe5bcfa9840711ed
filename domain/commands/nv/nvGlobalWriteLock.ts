import { NV, has } from '../../structures/attributes.ts';
import { TPMI_RH_PROVISION } from '../../structures/handles.ts';
import { command, done } from '../command.ts';

/** Locks every NV index with GLOBALLOCK against writing. */
export const nvGlobalWriteLock = command({
  code: 0x132,
  section: 'Part 3, 31.12 TPM2_NV_GlobalWriteLock',
  presence: 'configurable',
  handles: { authHandle: { codec: TPMI_RH_PROVISION, auth: 'USER' } },
  parameters: {},
  response: {},
  isNv: true,
  decide: (_, tpm) => {
    const isOneOpen = [...tpm.nv.indices.values()].some(
      ({ publicArea: { attributes } }) =>
        has(attributes, NV.GLOBALLOCK) && !has(attributes, NV.WRITELOCKED),
    );
    return isOneOpen ? done({ type: 'NvGloballyLocked' }) : done();
  },
});
