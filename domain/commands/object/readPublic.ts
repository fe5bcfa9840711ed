import { TPM2B_NAME } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { TPM2B_PUBLIC_OR_NULL } from '../../structures/public.ts';
import { objectAt } from '../../tpm/entities.ts';
import { answer, command } from '../command.ts';

/** The public area of an object and its Names. Refuses a sequence with SEQUENCE. */
export const readPublic = command({
  code: 0x173,
  section: 'Part 3, 12.4 TPM2_ReadPublic',
  handles: { objectHandle: { codec: TPMI_DH_OBJECT } },
  parameters: {},
  response: { outPublic: TPM2B_PUBLIC_OR_NULL, name: TPM2B_NAME, qualifiedName: TPM2B_NAME },
  decide: ({ objectHandle }, tpm) => {
    const { publicArea, name, qualifiedName } = objectAt(tpm, objectHandle);
    return answer({ outPublic: publicArea, name, qualifiedName });
  },
});
