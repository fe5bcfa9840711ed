import { TPMI_RH_PLATFORM } from '../../structures/handles.ts';
import { Secret } from '../../structures/secret.ts';
import { command, done } from '../command.ts';

const SEED_SIZE = 64;

/** Gives the endorsement hierarchy a new seed: its authorizations are gone, and all its objects. */
export const changeEPS = command({
  code: 0x124,
  section: 'Part 3, 24.5 TPM2_ChangeEPS',
  presence: 'configurable',
  handles: { authHandle: { codec: TPMI_RH_PLATFORM, auth: 'USER' } },
  parameters: {},
  response: {},
  isNv: true,
  isExtensive: true,
  decide: (_, __, { entropy }) => {
    const seed = new Secret(entropy(SEED_SIZE));
    return done({ type: 'EndorsementSeedChanged', seed, proof: new Secret(entropy(SEED_SIZE)) });
  },
});
