import { type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { ALG } from '../objects.ts';
import { RH, pcrSelection } from '../requests.ts';
import { FURNISHED } from '../settings.ts';
import { alg, hex, octets, sized, u32 } from '../wire.ts';

/** Part 3, 22 Integrity Collection. */
export const PCR: readonly Valid[] = [
  {
    setting: FURNISHED,
    request: TPM2.PCR_Extend(
      [16],
      [
        u32('digests.count', 1),
        alg('digests.hashAlg', ALG.SHA256),
        octets('digests.digest', hex('e1'.repeat(32))),
      ],
    ),
  },
  { setting: FURNISHED, request: TPM2.PCR_Event([16], [sized('eventData', hex('0102'))]) },
  {
    setting: FURNISHED,
    request: TPM2.PCR_Read(
      [],
      pcrSelection('pcrSelectionIn', [ALG.SHA1, '010000'], [ALG.SHA256, '0100ff']),
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.PCR_Allocate(
      [RH.PLATFORM],
      pcrSelection('pcrAllocation', [ALG.SHA1, '000000'], [ALG.SHA256, 'ffffff']),
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.PCR_SetAuthPolicy(
      [RH.PLATFORM],
      [sized('authPolicy', hex('22'.repeat(32))), alg('hashAlg', ALG.SHA256), u32('pcrNum', 20)],
    ),
  },
  { setting: FURNISHED, request: TPM2.PCR_SetAuthValue([20], [sized('auth', hex('616263'))]) },
  { setting: FURNISHED, request: TPM2.PCR_Reset([16]) },
];
