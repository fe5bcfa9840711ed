import { after, type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { byPolicy, password } from '../request.ts';
import { RH } from '../requests.ts';
import { FURNISHED, H, NV, NVA, defined } from '../settings.ts';
import { hex, sized, u16, u32, u64 } from '../wire.ts';
import { digest } from '../../../domain/crypto/hash.ts';

/** PolicyCommandCode of a command, from the beginning. */
function commandPolicy(code: number): Uint8Array {
  const text = `0000016c${code.toString(16).padStart(8, '0')}`;
  return digest('SHA256', new Uint8Array(32), hex(text));
}

const ADMINISTERED = 0x01000010;
const BY_POLICY = NVA.POLICYREAD | NVA.POLICYWRITE | NVA.NO_DA;
const DELETABLE = after(
  FURNISHED,
  'an index that a policy deletes',
  defined(
    ADMINISTERED,
    BY_POLICY | NVA.PLATFORMCREATE | NVA.POLICY_DELETE,
    8,
    '',
    commandPolicy(0x11f),
  ),
  TPM2.PolicyCommandCode([H.POLICY_SESSION], [u32('code', 0x11f)]),
);
const CHANGEABLE = after(
  FURNISHED,
  'an index whose value a policy changes',
  defined(ADMINISTERED, BY_POLICY, 8, '', commandPolicy(0x13b)),
  TPM2.PolicyCommandCode([H.POLICY_SESSION], [u32('code', 0x13b)]),
);

/** Part 3, 31 Non-volatile Storage. */
export const NON_VOLATILE: readonly Valid[] = [
  {
    setting: FURNISHED,
    request: defined(0x01000020, NVA.OWNERREAD | NVA.OWNERWRITE | NVA.AUTHREAD, 16, 'value'),
  },
  { setting: FURNISHED, request: TPM2.NV_UndefineSpace([RH.OWNER, NV.ORDINARY]) },
  {
    setting: DELETABLE,
    request: TPM2.NV_UndefineSpaceSpecial([ADMINISTERED, RH.PLATFORM], [], {
      by: [byPolicy(H.POLICY_SESSION), password()],
    }),
  },
  { setting: FURNISHED, request: TPM2.NV_ReadPublic([NV.ORDINARY]) },
  {
    setting: FURNISHED,
    request: TPM2.NV_Write(
      [RH.OWNER, NV.ORDINARY],
      [sized('data', hex('c0ffee')), u16('offset', 2)],
    ),
  },
  { setting: FURNISHED, request: TPM2.NV_Increment([RH.OWNER, NV.COUNTER]) },
  {
    setting: FURNISHED,
    request: TPM2.NV_Extend([RH.OWNER, NV.EXTEND], [sized('data', hex('c0ffee'))]),
  },
  { setting: FURNISHED, request: TPM2.NV_SetBits([RH.OWNER, NV.BITS], [u64('bits', 0x12)]) },
  { setting: FURNISHED, request: TPM2.NV_WriteLock([RH.OWNER, NV.ORDINARY]) },
  { setting: FURNISHED, request: TPM2.NV_GlobalWriteLock([RH.OWNER]) },
  {
    setting: FURNISHED,
    request: TPM2.NV_Read([RH.OWNER, NV.ORDINARY], [u16('size', 8), u16('offset', 4)]),
  },
  { setting: FURNISHED, request: TPM2.NV_ReadLock([RH.OWNER, NV.ORDINARY]) },
  {
    setting: CHANGEABLE,
    request: TPM2.NV_ChangeAuth([ADMINISTERED], [sized('newAuth', hex('6e6577'))], {
      by: [byPolicy(H.POLICY_SESSION)],
    }),
  },
];
