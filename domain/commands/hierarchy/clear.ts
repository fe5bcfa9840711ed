import { TPMI_RH_CLEAR } from '../../structures/handles.ts';
import { Secret } from '../../structures/secret.ts';
import { refuse } from '../../structures/tpmError.ts';
import { command, done } from '../command.ts';

const SEED_SIZE = 64;

/**
 * Takes the TPM from its owner: a new storage seed, no owner's objects, indices or authorizations.
 * What the platform defined stays, and the endorsement seed. Refuses with DISABLED while that
 * was forbidden.
 */
export const clear = command({
  code: 0x126,
  section: 'Part 3, 24.6 TPM2_Clear',
  presence: 'configurable',
  handles: { authHandle: { codec: TPMI_RH_CLEAR, auth: 'USER' } },
  parameters: {},
  response: {},
  isNv: true,
  isExtensive: true,
  decide: (_, { hierarchies }, { entropy, nowMs }) => {
    if (hierarchies.isClearDisabled) refuse('DISABLED');
    return done({
      type: 'Cleared',
      ownerSeed: new Secret(entropy(SEED_SIZE)),
      ownerProof: new Secret(entropy(SEED_SIZE)),
      endorsementProof: new Secret(entropy(SEED_SIZE)),
      nowMs,
    });
  },
});
