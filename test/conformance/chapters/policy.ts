import { digest } from '../../../domain/crypto/hash.ts';
import { after, type Valid } from '../case.ts';
import { TPM2 } from '../kinds.ts';
import { ALG } from '../objects.ts';
import { RH, pcrSelection, ticket } from '../requests.ts';
import { FURNISHED, H, NV, NVA, defined } from '../settings.ts';
import {
  alg,
  bigEndian,
  flag,
  from,
  hex,
  octets,
  sized,
  u16,
  u32,
  u8,
  type Part,
} from '../wire.ts';

const SESSION = [H.POLICY_SESSION];
const D32 = hex('d1'.repeat(32));

function assertion(expiration = 0): readonly Part[] {
  return [
    sized('nonceTPM'),
    sized('cpHashA'),
    sized('policyRef', hex('726566')),
    u32('expiration', expiration),
  ];
}

/** The signature that a PolicySigned without limits needs, by the HMAC key. */
const UNLIMITED = digest('SHA256', bigEndian(0n, 4), hex('726566'));
const SIGNED = after(
  FURNISHED,
  'a signed assertion',
  TPM2.HMAC([H.HMAC], [sized('buffer', UNLIMITED), alg('hashAlg', ALG.SHA256)], { keep: 'mac' }),
);
const APPROVED = digest('SHA256', new Uint8Array(32), hex('726566'));
const AUTHORIZED = after(
  FURNISHED,
  'an authorized policy',
  TPM2.ReadPublic([H.HMAC], [], { keep: 'read' }),
  TPM2.HMAC([H.HMAC], [sized('buffer', APPROVED), alg('hashAlg', ALG.SHA256)], { keep: 'mac' }),
  TPM2.VerifySignature(
    [H.HMAC],
    [
      sized('digest', APPROVED),
      alg('signature.sigAlg', ALG.HMAC),
      alg('signature.hashAlg', ALG.SHA256),
      octets('signature.digest', from('mac.outHMAC.octets')),
    ],
    { keep: 'verified' },
  ),
);
const TICKETED = after(
  FURNISHED,
  'a ticket',
  TPM2.PolicySecret([RH.OWNER, H.POLICY_SESSION], assertion(-1000), { keep: 'secret' }),
  TPM2.PolicyRestart(SESSION),
);
const HOLDS_POLICY = 0x01000010;
const NV_POLICY = after(
  FURNISHED,
  'a policy in an index',
  defined(HOLDS_POLICY, NVA.OWNERREAD | NVA.OWNERWRITE | NVA.NO_DA, 34),
  TPM2.NV_Write(
    [RH.OWNER, HOLDS_POLICY],
    [sized('data', hex(`000b${'00'.repeat(32)}`)), u16('offset', 0)],
  ),
);
const OPERATION = [sized('operandB', hex('0001')), u16('offset', 0), u16('operation', 0)];

/** Part 3, 23 Enhanced Authorization (EA) Commands. */
export const POLICY: readonly Valid[] = [
  {
    setting: SIGNED,
    request: TPM2.PolicySigned(
      [H.HMAC, H.POLICY_SESSION],
      [
        ...assertion(),
        alg('auth.sigAlg', ALG.HMAC),
        alg('auth.hashAlg', ALG.SHA256),
        octets('auth.digest', from('mac.outHMAC.octets')),
      ],
    ),
  },
  { setting: FURNISHED, request: TPM2.PolicySecret([RH.OWNER, H.POLICY_SESSION], assertion()) },
  {
    setting: TICKETED,
    request: TPM2.PolicyTicket(SESSION, [
      sized('timeout', from('secret.timeout.octets')),
      sized('cpHashA'),
      sized('policyRef', hex('726566')),
      sized('authName', hex('40000001')),
      ...ticket('ticket', 0x8023, RH.OWNER, from('secret.policyTicket.digest')),
    ]),
  },
  {
    setting: FURNISHED,
    request: TPM2.PolicyOR(SESSION, [
      u32('pHashList.count', 2),
      sized('pHashList.first', hex('00'.repeat(32))),
      sized('pHashList.second', D32),
    ]),
  },
  {
    setting: FURNISHED,
    request: TPM2.PolicyPCR(SESSION, [
      sized('pcrDigest'),
      ...pcrSelection('pcrs', [ALG.SHA256, '010000']),
    ]),
  },
  { setting: FURNISHED, request: TPM2.PolicyLocality(SESSION, [u8('locality', 1)]) },
  {
    setting: FURNISHED,
    request: TPM2.PolicyNV([RH.OWNER, NV.ORDINARY, H.POLICY_SESSION], OPERATION),
  },
  {
    setting: FURNISHED,
    request: TPM2.PolicyCounterTimer(SESSION, [
      sized('operandB', hex('00000000')),
      u16('offset', 20),
      u16('operation', 1),
    ]),
  },
  { setting: FURNISHED, request: TPM2.PolicyCommandCode(SESSION, [u32('code', 0x14b)]) },
  { setting: FURNISHED, request: TPM2.PolicyPhysicalPresence(SESSION) },
  { setting: FURNISHED, request: TPM2.PolicyCpHash(SESSION, [sized('cpHashA', D32)]) },
  { setting: FURNISHED, request: TPM2.PolicyNameHash(SESSION, [sized('nameHash', D32)]) },
  {
    setting: FURNISHED,
    request: TPM2.PolicyDuplicationSelect(SESSION, [
      sized('objectName', hex('01')),
      sized('newParentName', hex('02')),
      flag('includeObject', 1),
    ]),
  },
  {
    setting: AUTHORIZED,
    request: TPM2.PolicyAuthorize(SESSION, [
      sized('approvedPolicy', new Uint8Array(32)),
      sized('policyRef', hex('726566')),
      sized('keySign', from('read.name.octets')),
      ...ticket('checkTicket', 0x8022, RH.OWNER, from('verified.validation.digest')),
    ]),
  },
  { setting: FURNISHED, request: TPM2.PolicyAuthValue(SESSION) },
  { setting: FURNISHED, request: TPM2.PolicyPassword(SESSION) },
  { setting: FURNISHED, request: TPM2.PolicyGetDigest(SESSION) },
  { setting: FURNISHED, request: TPM2.PolicyNvWritten(SESSION, [flag('writtenSet', 1)]) },
  { setting: FURNISHED, request: TPM2.PolicyTemplate(SESSION, [sized('templateHash', D32)]) },
  {
    setting: NV_POLICY,
    request: TPM2.PolicyAuthorizeNV([RH.OWNER, HOLDS_POLICY, H.POLICY_SESSION]),
  },
];
