import type { TpmsTaggedPcrSelect } from '../../structures/capabilityData.ts';
import { PCR_ATTRIBUTES, isAuthorizedPcr, type PcrAttributes } from '../../tpm/pcrs.ts';

const LOCALITIES = [0, 1, 2, 3, 4];

/** TPM_PT_PCR by PCR: bit n for each PCR n that has the property. Part 2, 6.14 TPM_PT_PCR */
export function pcrProperties(): readonly TpmsTaggedPcrSelect[] {
  const authorized = pcrsWith((_, pcr) => isAuthorizedPcr(pcr));
  return [
    { tag: 0, pcrs: pcrsWith(({ isSaved }) => isSaved) },
    ...LOCALITIES.flatMap((locality) => [
      { tag: 1 + 2 * locality, pcrs: pcrsWith(({ extend }) => isIn(extend, locality)) },
      { tag: 2 + 2 * locality, pcrs: pcrsWith((pcr) => isResetFrom(pcr, locality)) },
    ]),
    { tag: 17, pcrs: pcrsWith(({ isCounted }) => !isCounted) },
    { tag: 18, pcrs: pcrsWith(({ isDrtm }) => isDrtm) },
    { tag: 19, pcrs: authorized },
    { tag: 20, pcrs: authorized },
  ];
}

/** Locality 4 resets by a dynamic launch, not by a command. */
function isResetFrom({ reset, isDrtm }: PcrAttributes, locality: number): boolean {
  return isIn(reset, locality) || (locality === 4 && isDrtm);
}

function isIn(localities: number, locality: number): boolean {
  return ((localities >>> locality) & 1) === 1;
}

function pcrsWith(has: (attributes: PcrAttributes, pcr: number) => boolean): number {
  return PCR_ATTRIBUTES.reduce((bits, pcr, n) => (has(pcr, n) ? bits | (1 << n) : bits), 0);
}
