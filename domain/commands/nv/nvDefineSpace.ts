import { NV, NV_TYPES, has } from '../../structures/attributes.ts';
import { TPM2B_AUTH } from '../../structures/buffers.ts';
import { DIGEST_SIZE } from '../../structures/hashAlg.ts';
import { TPMI_RH_PROVISION, TPM_RH } from '../../structures/handles.ts';
import {
  NV_INDEX_SIZE_MAX,
  TPM2B_NV_PUBLIC,
  type TpmsNvPublic,
} from '../../structures/nvPublic.ts';
import { stripTrailingZeros } from '../../structures/octets.ts';
import { Secret, secret } from '../../structures/secret.ts';
import { refuse } from '../../structures/tpmError.ts';
import { nvType } from '../../tpm/nv.ts';
import { NV_BUFFER_MAX, emptyContents } from '../../tpm/nvAccess.ts';
import { NV_INDICES_MAX } from '../../tpm/profile.ts';
import type { Tpm } from '../../tpm/tpm.ts';
import { command, done } from '../command.ts';

const PUBLIC_INFO = { parameter: 2 };

/**
 * Defines an NV index, not written yet. Refuses with SIZE, ATTRIBUTES or HIERARCHY what could not
 * be used as its public area says, NV_DEFINED when there is such an index, NV_SPACE when no more
 * fit.
 */
export const nvDefineSpace = command({
  code: 0x12a,
  section: 'Part 3, 31.3 TPM2_NV_DefineSpace',
  presence: 'configurable',
  handles: { authHandle: { codec: TPMI_RH_PROVISION, auth: 'USER' } },
  parameters: { auth: TPM2B_AUTH, publicInfo: TPM2B_NV_PUBLIC },
  response: {},
  isNv: true,
  decide: ({ authHandle, auth, publicInfo }, tpm) => {
    const value = stripTrailingZeros(auth.octets);
    checkSizes(publicInfo, value);
    if (authHandle === TPM_RH.PLATFORM && !tpm.hierarchies.isPlatformNvEnabled) {
      refuse('HIERARCHY', { handle: 1 });
    }
    checkDataSize(publicInfo);
    checkAttributes(publicInfo);
    checkCreator(authHandle, publicInfo);
    checkSpace(tpm, publicInfo);
    return done({
      type: 'NvIndexDefined',
      index: {
        publicArea: { ...publicInfo, authPolicy: publicInfo.authPolicy.slice() },
        auth: secret(value),
        data: new Secret(emptyContents(publicInfo)),
      },
    });
  },
});

function checkSizes({ nameAlg, authPolicy }: TpmsNvPublic, auth: Uint8Array): void {
  const digestSize = DIGEST_SIZE[nameAlg];
  if (authPolicy.length !== 0 && authPolicy.length !== digestSize) refuse('SIZE', PUBLIC_INFO);
  if (auth.length > digestSize) refuse('SIZE', { parameter: 1 });
}

function checkDataSize(publicInfo: TpmsNvPublic): void {
  const { dataSize, nameAlg } = publicInfo;
  const type = nvType(publicInfo);
  if (!(Object.values(NV_TYPES) as number[]).includes(type)) refuse('ATTRIBUTES', PUBLIC_INFO);
  const isRight =
    type === NV_TYPES.ORDINARY
      ? dataSize <= NV_INDEX_SIZE_MAX
      : dataSize === (type === NV_TYPES.EXTEND ? DIGEST_SIZE[nameAlg] : 8);
  if (!isRight) refuse('SIZE', PUBLIC_INFO);
}

/** Nothing written or locked yet, somebody can read, somebody can write, and the type allows it. */
function checkAttributes(publicInfo: TpmsNvPublic): void {
  const { attributes } = publicInfo;
  const hasAny = (mask: number): boolean => (attributes & mask) !== 0;
  const isRight =
    areTypesAttributesRight(publicInfo) &&
    !hasAny(NV.WRITTEN | NV.WRITELOCKED | NV.READLOCKED) &&
    hasAny(NV.OWNERREAD | NV.PPREAD | NV.AUTHREAD | NV.POLICYREAD) &&
    hasAny(NV.OWNERWRITE | NV.PPWRITE | NV.AUTHWRITE | NV.POLICYWRITE) &&
    !has(attributes, NV.CLEAR_STCLEAR | NV.WRITEDEFINE);
  if (!isRight) refuse('ATTRIBUTES', PUBLIC_INFO);
}

/** A counter never forgets; a PIN cannot be changed with itself nor locked for good. */
function areTypesAttributesRight(publicInfo: TpmsNvPublic): boolean {
  const { attributes } = publicInfo;
  const type = nvType(publicInfo);
  if (type === NV_TYPES.COUNTER) return !has(attributes, NV.CLEAR_STCLEAR);
  if (type !== NV_TYPES.PIN_FAIL && type !== NV_TYPES.PIN_PASS) return true;
  if (type === NV_TYPES.PIN_FAIL && !has(attributes, NV.NO_DA)) return false;
  return (attributes & (NV.AUTHWRITE | NV.GLOBALLOCK | NV.WRITEDEFINE)) === 0;
}

function checkCreator(authHandle: number, { attributes }: TpmsNvPublic): void {
  const isPlatform = authHandle === TPM_RH.PLATFORM;
  if (has(attributes, NV.PLATFORMCREATE) !== isPlatform) refuse('ATTRIBUTES', { handle: 1 });
  if (has(attributes, NV.POLICY_DELETE) && !isPlatform) refuse('ATTRIBUTES', PUBLIC_INFO);
}

function checkSpace(tpm: Tpm, { nvIndex, attributes, dataSize }: TpmsNvPublic): void {
  if (has(attributes, NV.WRITEALL) && dataSize > NV_BUFFER_MAX) refuse('SIZE', PUBLIC_INFO);
  if (tpm.nv.indices.has(nvIndex)) refuse('NV_DEFINED');
  if (tpm.nv.indices.size >= NV_INDICES_MAX) refuse('NV_SPACE');
}
