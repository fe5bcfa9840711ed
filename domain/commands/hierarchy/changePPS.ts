import { TPMI_RH_PLATFORM } from '../../structures/handles.ts';
import { Secret } from '../../structures/secret.ts';
import { command, done } from '../command.ts';

const SEED_SIZE = 64;

/** Gives the platform hierarchy a new seed: its policy is gone, and all its objects with it. */
export const changePPS = command({
  code: 0x125,
  section: 'Part 3, 24.4 TPM2_ChangePPS',
  presence: 'configurable',
  handles: { authHandle: { codec: TPMI_RH_PLATFORM, auth: 'USER' } },
  parameters: {},
  response: {},
  isNv: true,
  isExtensive: true,
  decide: (_, __, { entropy }) => {
    const seed = new Secret(entropy(SEED_SIZE));
    return done({ type: 'PlatformSeedChanged', seed, proof: new Secret(entropy(SEED_SIZE)) });
  },
});
