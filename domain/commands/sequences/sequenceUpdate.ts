import { TPM2B_MAX_BUFFER } from '../../structures/buffers.ts';
import { TPMI_DH_OBJECT } from '../../structures/handles.ts';
import { positioned } from '../../structures/tpmError.ts';
import { sequenceAt } from '../../tpm/entities.ts';
import { updated } from '../../tpm/sequences.ts';
import { command, done } from '../command.ts';

/** Adds data to a sequence. Refuses with MODE, told of its data, what is no sequence. */
export const sequenceUpdate = command({
  code: 0x15c,
  section: 'Part 3, 17.5 TPM2_SequenceUpdate',
  handles: { sequenceHandle: { codec: TPMI_DH_OBJECT, auth: 'USER' } },
  parameters: { buffer: TPM2B_MAX_BUFFER },
  response: {},
  decide: ({ sequenceHandle: handle, buffer }, tpm) => {
    const before = positioned({ parameter: 1 }, () => sequenceAt(tpm, handle));
    return done({ type: 'SequenceUpdated', handle, sequence: updated(before, buffer) });
  },
});
