import { digest } from '../../../domain/crypto/hash.ts';
import { after, storyOf, type Case } from '../case.ts';
import type { Step } from '../client.ts';
import { TPM2 } from '../kinds.ts';
import { ALG } from '../objects.ts';
import { byHmac, byPolicy, password, type Authorization } from '../request.ts';
import { RH, pcrSelection } from '../requests.ts';
import { FURNISHED, H, NV, NVA, defined, session } from '../settings.ts';
import { alg, bigEndian, flag, from, hex, octets, sized, u16, u32, u8 } from '../wire.ts';

const TRIAL = 0x03000002;
const RATE = [u8('rateAdjust', 1)];
const CP_HASH = digest('SHA256', hex('0000013040000001'), hex('01'));
const NAME_HASH = digest('SHA256', hex('40000001'));
const D32 = hex('d1'.repeat(32));

type Assertion = (policySession: number) => Step;

function secret(entity: number, expiration = 0, cpHash = hex('')): Assertion {
  return (policySession) =>
    TPM2.PolicySecret(
      [entity, policySession],
      [
        sized('nonceTPM'),
        sized('cpHashA', cpHash),
        sized('policyRef', hex('aa')),
        u32('expiration', expiration),
      ],
    );
}

function or(...digests: readonly Uint8Array[]): Assertion {
  return (policySession) =>
    TPM2.PolicyOR(
      [policySession],
      [u32('count', digests.length), ...digests.map((one) => sized('digest', one))],
    );
}

function nv(operation: number, operand = '0001', offset = 0): Assertion {
  return (policySession) =>
    TPM2.PolicyNV(
      [RH.OWNER, NV.ORDINARY, policySession],
      [sized('operandB', hex(operand)), u16('offset', offset), u16('operation', operation)],
    );
}

/** What a policy can ask for. Each is the policy of the owner, and then met or not. */
const ASSERTIONS: Readonly<Record<string, readonly Assertion[]>> = {
  nothing: [],
  AuthValue: [(s) => TPM2.PolicyAuthValue([s])],
  Password: [(s) => TPM2.PolicyPassword([s])],
  'AuthValue and Password': [(s) => TPM2.PolicyAuthValue([s]), (s) => TPM2.PolicyPassword([s])],
  CommandCode: [(s) => TPM2.PolicyCommandCode([s], [u32('code', 0x130)])],
  'CommandCode of another': [(s) => TPM2.PolicyCommandCode([s], [u32('code', 0x128)])],
  'CommandCode twice': [
    (s) => TPM2.PolicyCommandCode([s], [u32('code', 0x130)]),
    (s) => TPM2.PolicyCommandCode([s], [u32('code', 0x130)]),
  ],
  'two CommandCodes': [
    (s) => TPM2.PolicyCommandCode([s], [u32('code', 0x130)]),
    (s) => TPM2.PolicyCommandCode([s], [u32('code', 0x128)]),
  ],
  CpHash: [(s) => TPM2.PolicyCpHash([s], [sized('cpHashA', CP_HASH)])],
  'another CpHash': [(s) => TPM2.PolicyCpHash([s], [sized('cpHashA', D32)])],
  'two CpHashes': [
    (s) => TPM2.PolicyCpHash([s], [sized('cpHashA', CP_HASH)]),
    (s) => TPM2.PolicyCpHash([s], [sized('cpHashA', D32)]),
  ],
  'CpHash twice': [
    (s) => TPM2.PolicyCpHash([s], [sized('cpHashA', CP_HASH)]),
    (s) => TPM2.PolicyCpHash([s], [sized('cpHashA', CP_HASH)]),
  ],
  NameHash: [(s) => TPM2.PolicyNameHash([s], [sized('nameHash', NAME_HASH)])],
  'another NameHash': [(s) => TPM2.PolicyNameHash([s], [sized('nameHash', D32)])],
  'CpHash and NameHash': [
    (s) => TPM2.PolicyCpHash([s], [sized('cpHashA', CP_HASH)]),
    (s) => TPM2.PolicyNameHash([s], [sized('nameHash', NAME_HASH)]),
  ],
  'Template after CpHash': [
    (s) => TPM2.PolicyCpHash([s], [sized('cpHashA', CP_HASH)]),
    (s) => TPM2.PolicyTemplate([s], [sized('templateHash', D32)]),
  ],
  Template: [(s) => TPM2.PolicyTemplate([s], [sized('templateHash', D32)])],
  DuplicationSelect: [
    (s) =>
      TPM2.PolicyDuplicationSelect(
        [s],
        [sized('objectName', hex('01')), sized('newParentName', hex('02')), flag('include', 0)],
      ),
  ],
  'Locality 0': [(s) => TPM2.PolicyLocality([s], [u8('locality', 1)])],
  'Locality 1': [(s) => TPM2.PolicyLocality([s], [u8('locality', 2)])],
  'Locality 0 and 1': [
    (s) => TPM2.PolicyLocality([s], [u8('locality', 3)]),
    (s) => TPM2.PolicyLocality([s], [u8('locality', 1)]),
  ],
  'Locality 0 or none': [
    (s) => TPM2.PolicyLocality([s], [u8('locality', 1)]),
    (s) => TPM2.PolicyLocality([s], [u8('locality', 2)]),
  ],
  'Locality 32': [(s) => TPM2.PolicyLocality([s], [u8('locality', 32)])],
  'Locality 32 and 1': [
    (s) => TPM2.PolicyLocality([s], [u8('locality', 32)]),
    (s) => TPM2.PolicyLocality([s], [u8('locality', 1)]),
  ],
  PCR: [
    (s) =>
      TPM2.PolicyPCR([s], [sized('pcrDigest'), ...pcrSelection('pcrs', [ALG.SHA256, '010000'])]),
  ],
  'no PCR': [(s) => TPM2.PolicyPCR([s], [sized('pcrDigest'), ...pcrSelection('pcrs')])],
  'a wrong PCR': [
    (s) =>
      TPM2.PolicyPCR(
        [s],
        [sized('pcrDigest', D32), ...pcrSelection('pcrs', [ALG.SHA256, '010000'])],
      ),
  ],
  Secret: [secret(RH.ENDORSEMENT)],
  'Secret of an object': [secret(H.HMAC)],
  'Secret of an index': [secret(NV.ORDINARY)],
  'Secret of a PCR': [secret(16)],
  'Secret for a CpHash': [secret(RH.ENDORSEMENT, 0, CP_HASH)],
  'Secret for another CpHash': [secret(RH.ENDORSEMENT, 0, D32)],
  'Secret for long': [secret(RH.ENDORSEMENT, 100000)],
  PhysicalPresence: [(s) => TPM2.PolicyPhysicalPresence([s])],
  NvWritten: [(s) => TPM2.PolicyNvWritten([s], [flag('writtenSet', 1)])],
  'NvWritten both ways': [
    (s) => TPM2.PolicyNvWritten([s], [flag('writtenSet', 1)]),
    (s) => TPM2.PolicyNvWritten([s], [flag('writtenSet', 0)]),
  ],
  'OR of what is there': [or(new Uint8Array(32), D32)],
  'OR of what is not there': [or(D32, D32)],
  'OR of a short one': [or(new Uint8Array(32), hex('00'))],
  'OR of eight': [or(...Array.from({ length: 7 }, () => D32), new Uint8Array(32))],
  'OR of nine': [or(...Array.from({ length: 8 }, () => D32), new Uint8Array(32))],
  ...Object.fromEntries(
    Array.from({ length: 13 }, (_, i) => i).flatMap((operation) =>
      ['0000', '0001', '0002', 'ff00', '00'].map((operand) => [
        `NV ${operation} ${operand}`,
        [nv(operation, operand)],
      ]),
    ),
  ),
  'NV behind its end': [nv(0, '0001', 15)],
  'NV from behind its end': [nv(0, '', 17)],
};

function used(by: Authorization, locality = 0): Step {
  return TPM2.ClockRateAdjust([RH.OWNER], RATE, { by: [by], locality });
}

const extended: Step = TPM2.PCR_Event([16], [sized('eventData', hex('00'))]);
const valued: Step = TPM2.HierarchyChangeAuth([RH.OWNER], [sized('newAuth', Buffer.from('own'))]);

function other(by: Authorization): Step {
  return TPM2.NV_GlobalWriteLock([RH.OWNER], [], { by: [by] });
}

/** A policy made by trial is the owner's; then it is met, and used in several ways. */
const OWNED: readonly Case[] = Object.entries(ASSERTIONS).flatMap(([name, assertions]) => {
  const tried: readonly Step[] = [
    session(3),
    ...assertions.map((one) => one(TRIAL)),
    TPM2.PolicyGetDigest([TRIAL], [], { keep: 'trial' }),
    TPM2.SetPrimaryPolicy(
      [RH.OWNER],
      [octets('authPolicy', from('trial.policyDigest')), alg('hashAlg', ALG.SHA256)],
    ),
  ];
  const met = assertions.map((one) => one(H.POLICY_SESSION));
  const story = (how: string, ...steps: readonly Step[]): Case =>
    storyOf('policy', FURNISHED, `${name}, ${how}`, ...tried, ...steps);
  const policy = byPolicy(H.POLICY_SESSION);
  const isNv = name.startsWith('NV ');
  if (isNv) return [story('met', ...met, used(policy))];
  return [
    story('not met', used(policy)),
    story('met', ...met, used(policy), used(policy)),
    story('met from locality 1', ...met, used(policy, 1)),
    story('met and extended', ...met, extended, used(policy)),
    story('met with a password', ...met, used({ ...policy, proof: Buffer.from('x') })),
    story('met, of a value', valued, ...met, used(policy), used(byHmac(H.POLICY_SESSION, 'own'))),
    story(
      'met, of a value, with the password',
      valued,
      ...met,
      used({ ...policy, proof: Buffer.from('own') }),
      used({ ...policy, proof: Buffer.from('foe') }),
    ),
    story('met and started anew', ...met, TPM2.PolicyRestart([H.POLICY_SESSION]), used(policy)),
    story('met, for another command', ...met, other(policy)),
    story('met, and ended', ...met, used({ ...policy, attributes: 0 }), used(policy)),
  ];
});

const INDEX = 0x01000040;
const SHA1_SESSION = after(FURNISHED, 'a policy session with SHA1', session(1, ALG.SHA1));
const HELD = after(
  FURNISHED,
  'an index that asks for a policy',
  defined(INDEX, NVA.POLICYREAD | NVA.POLICYWRITE | NVA.OWNERWRITE | NVA.NO_DA, 8, 'v', D32),
);

/** Policies of indices and objects, and sessions that are of no use for them. */
const OTHERS: readonly Case[] = [
  storyOf(
    'policy',
    SHA1_SESSION,
    'of another hash',
    TPM2.SetPrimaryPolicy([RH.OWNER], [sized('authPolicy', D32), alg('hashAlg', ALG.SHA256)]),
    used(byPolicy(0x03000002)),
  ),
  storyOf(
    'policy',
    FURNISHED,
    'of a trial session',
    TPM2.SetPrimaryPolicy(
      [RH.OWNER],
      [sized('authPolicy', new Uint8Array(32)), alg('hashAlg', ALG.SHA256)],
    ),
    session(3),
    used(byPolicy(TRIAL)),
  ),
  ...[password('v'), password(), byPolicy(H.POLICY_SESSION), byHmac(H.HMAC_SESSION, 'v')].map(
    (by, i) =>
      storyOf(
        'policy',
        HELD,
        `an index that asks for one, in way ${i}`,
        TPM2.NV_Read([INDEX, INDEX], [u16('size', 1), u16('offset', 0)], { by: [by] }),
        TPM2.NV_Write([INDEX, INDEX], [sized('data', hex('00')), u16('offset', 0)], { by: [by] }),
        TPM2.NV_ReadLock([INDEX, INDEX], [], { by: [by] }),
        TPM2.NV_ChangeAuth([INDEX], [sized('newAuth')], { by: [by] }),
      ),
  ),
  ...[password(), byPolicy(H.POLICY_SESSION), byHmac(H.HMAC_SESSION)].map((by, i) =>
    storyOf(
      'policy',
      FURNISHED,
      `duplication in way ${i}`,
      TPM2.Duplicate(
        [H.MOVABLE, RH.NULL],
        [sized('encryptionKeyIn'), alg('symmetricAlg', ALG.NULL)],
        { by: [by] },
      ),
      TPM2.Duplicate([H.HMAC, RH.NULL], [sized('encryptionKeyIn'), alg('symmetricAlg', ALG.NULL)], {
        by: [by],
      }),
    ),
  ),
  storyOf(
    'policy',
    FURNISHED,
    'a counter and timer',
    ...Array.from({ length: 13 }, (_, operation) =>
      TPM2.PolicyCounterTimer(
        [H.POLICY_SESSION],
        [sized('operandB', bigEndian(0n, 8)), u16('offset', 0), u16('operation', operation)],
      ),
    ),
  ),
];

/** Policies: each of what they can ask for, met and not. */
export const POLICY_CASES: readonly Case[] = [...OWNED, ...OTHERS];
