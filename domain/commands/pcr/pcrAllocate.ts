import { TPML_PCR_SELECTION, TPMI_YES_NO } from '../../structures/base.ts';
import { UINT32 } from '../../structures/codec.ts';
import { PCR_COUNT, TPMI_RH_PLATFORM } from '../../structures/handles.ts';
import { DIGEST_SIZE, HASH_ALGS, type HashAlg } from '../../structures/hashAlg.ts';
import { refuse } from '../../structures/tpmError.ts';
import { selectedPcrs } from '../../tpm/pcrs.ts';
import { answer, command } from '../command.ts';

/** PCR 0 and 17: what measurement starts from must be somewhere. */
const STATIC_ROOT = 1 << 0;
const DYNAMIC_ROOT = 1 << 17;

/**
 * Says which PCR each bank holds from the next _TPM_Init on; banks that are not named stay as they
 * are, and the last one of a name counts. Refuses with PCR when none would hold PCR 0 or PCR 17.
 */
export const pcrAllocate = command({
  code: 0x12b,
  section: 'Part 3, 22.5 TPM2_PCR_Allocate',
  presence: 'configurable',
  handles: { authHandle: { codec: TPMI_RH_PLATFORM, auth: 'USER' } },
  parameters: { pcrAllocation: TPML_PCR_SELECTION },
  response: {
    allocationSuccess: TPMI_YES_NO,
    maxPCR: UINT32,
    sizeNeeded: UINT32,
    sizeAvailable: UINT32,
  },
  isNv: true,
  decide: ({ pcrAllocation }, { pcrs }) => {
    const named = pcrAllocation.map((entry) => [entry.hash, selectedPcrs(entry)] as const);
    const allocation: Readonly<Record<HashAlg, number>> = {
      ...pcrs.allocated,
      ...Object.fromEntries(named),
    };
    const held = HASH_ALGS.reduce((all, bank) => all | allocation[bank], 0);
    if ((held & STATIC_ROOT) === 0 || (held & DYNAMIC_ROOT) === 0) refuse('PCR');
    const sizes = {
      maxPCR: PCR_COUNT,
      sizeNeeded: sizeOf((bank) => bitCount(allocation[bank])),
      sizeAvailable: sizeOf(() => PCR_COUNT),
    };
    return answer({ allocationSuccess: true, ...sizes }, { type: 'PcrsAllocated', allocation });
  },
});

function sizeOf(countIn: (bank: HashAlg) => number): number {
  return HASH_ALGS.reduce((size, bank) => size + DIGEST_SIZE[bank] * countIn(bank), 0);
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest >>>= 1) count += rest & 1;
  return count;
}
