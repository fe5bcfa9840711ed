import { OBJECT } from '../../structures/attributes.ts';
import { TPM2B_SENSITIVE_DATA } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { refuse } from '../../structures/tpmError.ts';
import { slotAt } from '../../tpm/entities.ts';
import { answer, command } from '../command.ts';

const USES = OBJECT.decrypt | OBJECT.sign | OBJECT.restricted;

/** The data of a sealed object. Refuses with TYPE other objects, with ATTRIBUTES keys. */
export const unseal = command({
  code: 0x15e,
  section: 'Part 3, 12.7 TPM2_Unseal',
  handles: { itemHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: {},
  response: { outData: TPM2B_SENSITIVE_DATA },
  decide: ({ itemHandle }, tpm) => {
    const item = slotAt(tpm, itemHandle);
    if (item.kind === 'sequence' || item.sensitive?.sensitiveType !== 'KEYEDHASH') {
      refuse('TYPE', { handle: 1 });
    }
    if ((item.publicArea.objectAttributes & USES) !== 0) refuse('ATTRIBUTES', { handle: 1 });
    return answer({ outData: item.sensitive.sensitive });
  },
});
