import { type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { ALG, STORAGE } from '../objects.ts';
import { RH } from '../requests.ts';
import { FURNISHED, primary } from '../settings.ts';
import { alg, flag, hex, sized, u32 } from '../wire.ts';
import { commandList } from './attestation.ts';

/** Part 3, 21 and 24-26: audit, hierarchies, dictionary attacks, and the platform's settings. */
export const HIERARCHY: readonly Valid[] = [
  { setting: FURNISHED, request: primary(RH.ENDORSEMENT, STORAGE) },
  {
    setting: FURNISHED,
    request: TPM2.HierarchyControl(
      [RH.PLATFORM],
      [u32('enable', RH.ENDORSEMENT), flag('state', 0)],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.SetPrimaryPolicy(
      [RH.OWNER],
      [sized('authPolicy', hex('22'.repeat(32))), alg('hashAlg', ALG.SHA256)],
    ),
  },
  { setting: FURNISHED, request: TPM2.ChangePPS([RH.PLATFORM]) },
  { setting: FURNISHED, request: TPM2.ChangeEPS([RH.PLATFORM]) },
  { setting: FURNISHED, request: TPM2.Clear([RH.LOCKOUT]) },
  { setting: FURNISHED, request: TPM2.ClearControl([RH.LOCKOUT], [flag('disable', 1)]) },
  {
    setting: FURNISHED,
    request: TPM2.HierarchyChangeAuth([RH.OWNER], [sized('newAuth', hex('6f776e'))]),
  },
  { setting: FURNISHED, request: TPM2.DictionaryAttackLockReset([RH.LOCKOUT]) },
  {
    setting: FURNISHED,
    request: TPM2.DictionaryAttackParameters(
      [RH.LOCKOUT],
      [u32('newMaxTries', 5), u32('newRecoveryTime', 100), u32('lockoutRecovery', 200)],
    ),
  },
  {
    setting: FURNISHED,
    request: TPM2.PP_Commands(
      [RH.PLATFORM],
      [...commandList('setList', 0x126), ...commandList('clearList')],
    ),
  },
  { setting: FURNISHED, request: TPM2.SetAlgorithmSet([RH.PLATFORM], [u32('algorithmSet', 0)]) },
  {
    setting: FURNISHED,
    request: TPM2.SetCommandCodeAuditStatus(
      [RH.OWNER],
      [alg('auditAlg', ALG.NULL), ...commandList('setList', 0x17b), ...commandList('clearList')],
    ),
  },
];
