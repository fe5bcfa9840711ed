import { describe, expect, it } from 'vitest';
import { evictControl } from '../../domain/commands/context/evictControl.ts';
import { createPrimary } from '../../domain/commands/hierarchy/createPrimary.ts';
import { nvDefineSpace } from '../../domain/commands/nv/nvDefineSpace.ts';
import { nvWrite } from '../../domain/commands/nv/nvWrite.ts';
import { activateCredential } from '../../domain/commands/object/activateCredential.ts';
import { create } from '../../domain/commands/object/create.ts';
import { load } from '../../domain/commands/object/load.ts';
import { makeCredential } from '../../domain/commands/object/makeCredential.ts';
import { policyAuthorizeNV } from '../../domain/commands/policy/policyAuthorizeNV.ts';
import { policyGetDigest } from '../../domain/commands/policy/policyGetDigest.ts';
import { policyOR } from '../../domain/commands/policy/policyOR.ts';
import { policySecret } from '../../domain/commands/policy/policySecret.ts';
import { startAuthSession } from '../../domain/commands/sessions/startAuthSession.ts';
import { TPM_ALG } from '../../domain/structures/algorithms.ts';
import type { HashAlg } from '../../domain/structures/hashAlg.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import { ascii, concat, fromHex, toHex, u16 } from '../../domain/structures/octets.ts';
import type { TpmtPublic } from '../../domain/structures/public.ts';
import { EMPTY_SECRET } from '../../domain/structures/secret.ts';
import { objectAt } from '../../domain/tpm/entities.ts';
import { DrivenTpm } from '../support/drivenTpm.ts';
import { password } from '../support/generator/request.ts';
import { creation } from '../support/objects.ts';
import { signingKey } from '../support/templates.ts';
import { started } from '../support/tpms.ts';

const { OWNER, ENDORSEMENT, NULL } = TPM_RH;
const NONE = new Uint8Array(0);
/** TCG EK Credential Profile: fixed, made here, adminWithPolicy, restricted, decrypt. */
const LOW_ATTRIBUTES = 0x000300b2;
/** The same, and usable with its authorization value. */
const HIGH_ATTRIBUTES = 0x000300f2;
const STORAGE_ATTRIBUTES = 0x00030472;
const BAD_POLICY = 0x99d;
const AUTH_UNAVAILABLE = 0x12f;
const NV_AUTHORIZATION = 0x149;

/** PolicySecret(TPM_RH_ENDORSEMENT). TCG EK Credential Profile, B.6.2 Computing PolicyA */
const POLICY_A: Partial<Record<HashAlg, Uint8Array>> = {
  SHA256: fromHex('837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa'),
  SHA384: fromHex(
    '8bbf2266537c171cb56e403c4dc1d4b64f432611dc386e6f532050c3278c930e' +
      '143e8bb1133824ccb431053871c6db53',
  ),
  SHA512: fromHex(
    '1e3b76502c8a1425aa0b7b3fc646a1b0fae063b03b5368f9c4cddecaff0891dd' +
      '682bac1a85d4d832b781ea451915de5fc5bf0dc4a1917cd42fa041e3f998e0ee',
  ),
};

/** PolicyA, or PolicyAuthorizeNV. TCG EK Credential Profile, B.6.5 Computing PolicyB */
const POLICY_B: Partial<Record<HashAlg, Uint8Array>> = {
  SHA256: fromHex('ca3d0a99a2b93906f7a3342414efcfb3a385d44cd1fd459089d19b5071c0b7a0'),
  SHA384: fromHex(
    'b26e7d28d11a50bc53d882bcf5fd3a1a074148bb35d3b4e4cb1c0ad9bde419ca' +
      'cb47ba09699646150f9fc000f3f80e12',
  ),
  SHA512: fromHex(
    'b8221ca69e8550a4914de3faa6a18c072cc01208073a928d5d66d59ef79e49a4' +
      '29c41a6b269571d57edb25fbdb1838425608b413cd616a5f6db5b6071af99bea',
  ),
};

/** The index that holds the approved policy, by hash. TCG EK Credential Profile, B.6.3 Policy NV */
const POLICY_INDEX: Partial<Record<HashAlg, number>> = {
  SHA256: 0x01c07f01,
  SHA384: 0x01c07f02,
  SHA512: 0x01c07f03,
};
const POLICY_INDEX_ATTRIBUTES = 0x020f1008;

function cipher(keyBits: number) {
  return { algorithm: 'AES', keyBits, mode: 'CFB' } as const;
}

function rsaTemplate(
  nameAlg: HashAlg,
  objectAttributes: number,
  authPolicy: Uint8Array,
  [keyBits, aesBits, uniqueSize]: readonly [number, number, number],
): TpmtPublic {
  const scheme = { scheme: 'NULL' } as const;
  const parameters = { symmetric: cipher(aesBits), scheme, keyBits, exponent: 0 };
  const unique = new Uint8Array(uniqueSize);
  return { type: 'RSA', nameAlg, objectAttributes, authPolicy, parameters, unique };
}

function eccTemplate(
  nameAlg: HashAlg,
  objectAttributes: number,
  authPolicy: Uint8Array,
  [curveID, aesBits, uniqueSize]: readonly [
    'NIST_P256' | 'NIST_P384' | 'NIST_P521',
    number,
    number,
  ],
): TpmtPublic {
  const none = { scheme: 'NULL' } as const;
  const parameters = { symmetric: cipher(aesBits), scheme: none, curveID, kdf: none };
  const unique = { x: new Uint8Array(uniqueSize), y: new Uint8Array(uniqueSize) };
  return { type: 'ECC', nameAlg, objectAttributes, authPolicy, parameters, unique };
}

type Named = readonly [string, TpmtPublic & { readonly nameAlg: HashAlg }];
const named = (name: string, template: TpmtPublic): Named => [name, template as Named[1]];

const A = (alg: HashAlg): Uint8Array => POLICY_A[alg] ?? NONE;
const B = (alg: HashAlg): Uint8Array => POLICY_B[alg] ?? NONE;
const LOW = LOW_ATTRIBUTES;
const HIGH = HIGH_ATTRIBUTES;

const LOW_RANGE = [
  named('L-1: RSA 2048', rsaTemplate('SHA256', LOW, A('SHA256'), [2048, 128, 256])),
  named('L-2: ECC P-256', eccTemplate('SHA256', LOW, A('SHA256'), ['NIST_P256', 128, 32])),
];
const HIGH_RANGE = [
  named('H-1: RSA 2048', rsaTemplate('SHA256', HIGH, B('SHA256'), [2048, 128, 0])),
  named('H-2: ECC P-256', eccTemplate('SHA256', HIGH, B('SHA256'), ['NIST_P256', 128, 0])),
  named('H-3: ECC P-384', eccTemplate('SHA384', HIGH, B('SHA384'), ['NIST_P384', 256, 0])),
  named('H-4: ECC P-521', eccTemplate('SHA512', HIGH, B('SHA512'), ['NIST_P521', 256, 0])),
  named('H-6: RSA 3072', rsaTemplate('SHA384', HIGH, B('SHA384'), [3072, 256, 0])),
];

/** A TPM with a key made from a template, at the first transient handle. */
function holding(inPublic: TpmtPublic, primaryHandle: number = ENDORSEMENT) {
  const driven = new DrivenTpm(started());
  const { handle } = driven.do(createPrimary, { primaryHandle, inPublic, ...creation() });
  return { driven, handle };
}

/** A policy session that has the endorsement hierarchy's secret. */
function secretSession(driven: DrivenTpm, authHash: HashAlg): number {
  const { handle } = driven.do(startAuthSession, {
    tpmKey: NULL,
    bind: NULL,
    nonceCaller: new Uint8Array(16),
    encryptedSalt: NONE,
    sessionType: 'POLICY',
    symmetric: { algorithm: 'NULL' },
    authHash,
  });
  const nothing = { nonceTPM: NONE, cpHashA: NONE, policyRef: NONE, expiration: 0 };
  driven.do(policySecret, { authHandle: ENDORSEMENT, policySession: handle, ...nothing });
  return handle;
}

function by(handle: number) {
  return { handle, attributes: 1, nonceCaller: new Uint8Array(16), auth: NONE };
}

function digestOf(driven: DrivenTpm, policySession: number): string {
  return toHex(
    driven.do(policyGetDigest, { policySession }).response['policyDigest'] as Uint8Array,
  );
}

/** Makes an attestation key under the endorsement key, with a session for each use. */
function attested(driven: DrivenTpm, parentHandle: number, session: () => number) {
  const template = { ...signingKey(), objectAttributes: 0x00050472 };
  const input = { parentHandle, inPublic: template, ...creation() };
  const made = driven.do(create, input, [by(session())]).response;
  const halves = { inPrivate: made['outPrivate'], inPublic: made['outPublic'] };
  const { handle } = driven.do(load, { parentHandle, ...halves }, [by(session())]);
  return handle;
}

/** Gives the attestation key a credential, and reads it with the endorsement key. */
function certified(driven: DrivenTpm, key: number, activateHandle: number, session: number) {
  const credential = ascii('a credential');
  const objectName = objectAt(driven.tpm, activateHandle).name;
  const { response } = driven.do(makeCredential, { handle: key, credential, objectName });
  const input = { activateHandle, keyHandle: key, ...response };
  const activated = driven.do(activateCredential, input, [password(NONE), by(session)]);
  expect(activated.response).toEqual({ certInfo: credential });
}

describe.each(LOW_RANGE)('the endorsement key %s', (_, template) => {
  const { driven, handle } = holding(template);
  const session = () => secretSession(driven, 'SHA256');

  it('certifies attestation keys for who knows the secret of the hierarchy', () => {
    const session1 = session();
    expect(digestOf(driven, session1)).toBe(toHex(A('SHA256')));
    const key = attested(driven, handle, session);
    certified(driven, handle, key, session());
  });

  it('is the same one when it is made again', () => {
    const input = { primaryHandle: ENDORSEMENT, inPublic: template, ...creation() };
    const again = driven.do(createPrimary, input);
    expect(again.response['name']).toEqual(objectAt(driven.tpm, handle).name);
  });

  it('cannot be used with its authorization value', () => {
    const input = { parentHandle: handle, inPublic: signingKey(), ...creation() };
    expect(driven.send(create, input).code).toBe(AUTH_UNAVAILABLE);
  });
});

describe.each(HIGH_RANGE)('the endorsement key %s', (_, template) => {
  const { driven, handle } = holding(template);
  const { nameAlg } = template;
  const [policyA, policyB] = [A(nameAlg), B(nameAlg)];
  const nvIndex = POLICY_INDEX[nameAlg] ?? 0;
  const approved = concat(u16(TPM_ALG[nameAlg]), policyA);

  const writing = { authHandle: nvIndex, nvIndex, data: approved, offset: 0 };
  const publicInfo = {
    nvIndex,
    nameAlg,
    attributes: POLICY_INDEX_ATTRIBUTES,
    authPolicy: policyA,
    dataSize: approved.length,
  };
  driven.do(nvDefineSpace, { authHandle: OWNER, auth: EMPTY_SECRET, publicInfo });
  driven.do(nvWrite, writing, [by(secretSession(driven, nameAlg))]);

  it('is approved of by an index that only the endorsement hierarchy writes', () => {
    expect(driven.send(nvWrite, writing).code).toBe(AUTH_UNAVAILABLE);
    expect(driven.send(nvWrite, { ...writing, authHandle: OWNER }).code).toBe(NV_AUTHORIZATION);
  });

  /** PolicyC: what the index approves, which is PolicyA here. */
  function authorizedSession(): { readonly session: number; readonly policyC: Uint8Array } {
    const session = secretSession(driven, nameAlg);
    driven.do(policyAuthorizeNV, { authHandle: nvIndex, nvIndex, policySession: session });
    return { session, policyC: fromHex(digestOf(driven, session)) };
  }

  it('has the policy of the profile, by either way', () => {
    const { policyC } = authorizedSession();
    const pHashList = [policyA, policyC];
    for (const policySession of [secretSession(driven, nameAlg), authorizedSession().session]) {
      driven.do(policyOR, { policySession, pHashList });
      expect(digestOf(driven, policySession)).toBe(toHex(policyB));
    }
  });

  it('certifies attestation keys', () => {
    const { policyC } = authorizedSession();
    const session = () => {
      const policySession = secretSession(driven, nameAlg);
      driven.do(policyOR, { policySession, pHashList: [policyA, policyC] });
      return policySession;
    };
    const key = attested(driven, handle, session);
    certified(driven, handle, key, session());
    const input = { parentHandle: handle, inPublic: signingKey(), ...creation() };
    const incomplete = secretSession(driven, nameAlg);
    expect(driven.send(create, input, [by(incomplete)]).code).toBe(BAD_POLICY);
    driven.do(create, input, [password(NONE)]);
  });
});

const STORAGE = [
  named('RSA 2048', rsaTemplate('SHA256', STORAGE_ATTRIBUTES, NONE, [2048, 128, 256])),
  named('ECC P-256', eccTemplate('SHA256', STORAGE_ATTRIBUTES, NONE, ['NIST_P256', 128, 32])),
];

describe.each(STORAGE)('the storage root key %s', (_, template) => {
  it('is made persistent, and keeps keys of the owner', () => {
    const { driven, handle } = holding(template, OWNER);
    const persistentHandle = 0x81000001;
    driven.do(evictControl, { auth: OWNER, objectHandle: handle, persistentHandle });
    const inPublic = { ...signingKey(), objectAttributes: 0x00040472 };
    const made = driven.do(create, { parentHandle: persistentHandle, inPublic, ...creation() });
    const halves = {
      inPrivate: made.response['outPrivate'],
      inPublic: made.response['outPublic'],
    };
    const loaded = driven.do(load, { parentHandle: persistentHandle, ...halves });
    expect(objectAt(driven.tpm, loaded.handle).hierarchy).toBe(OWNER);
  });
});
