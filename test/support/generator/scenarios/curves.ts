import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { ECC_CURVES, type EccCurve } from '../../../../domain/structures/eccCurve.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import type { TpmtPublic } from '../../../../domain/structures/public.ts';
import { EMPTY_SECRET } from '../../../../domain/structures/secret.ts';
import { STORAGE_KEY, signingKey } from '../../templates.ts';
import type { Guest } from '../guest.ts';
import { createPrimary } from './keys.ts';

type Parameters = Extract<TpmtPublic, { type: 'ECC' }>['parameters'];
type Point = { readonly x: Uint8Array; readonly y: Uint8Array };

const NONE = new Uint8Array(0);
const NO_POINT = { x: NONE, y: NONE };
const NO_TICKET = { tag: 'HASHCHECK', hierarchy: TPM_RH.NULL, digest: NONE };
const HASHES = { SHA1: 20, SHA256: 32, SHA384: 48, SHA512: 64 } as const;
const HASH_NAMES = ['SHA1', 'SHA256', 'SHA384', 'SHA512'] as const;
const { sign, decrypt } = OBJECT;

/** With SM2 on these, and with MQV on any, the reference ends in failure mode for good. */
const UNSPEAKABLE: readonly string[] = ['NIST_P521', 'BN_P638'];

function signer(curveID: EccCurve, scheme: Parameters['scheme']): TpmtPublic {
  const key = signingKey();
  return { ...key, parameters: { ...key.parameters, curveID, scheme } };
}

function exchanger(curveID: EccCurve, scheme: Parameters['scheme']): TpmtPublic {
  const key = signer(curveID, scheme);
  return { ...key, objectAttributes: (key.objectAttributes & ~sign) | decrypt };
}

/** Signs by a scheme on a curve, with the scheme as the key's or the command's own. */
function signing(guest: Guest): void {
  const { random } = guest;
  const hashAlg = random.pick(HASH_NAMES);
  const scheme = random.pick(['ECDSA', 'SM2', 'ECSCHNORR'] as const);
  const inScheme = { scheme, hashAlg };
  const own = random.chance(50) ? inScheme : ({ scheme: 'NULL' } as const);
  const inPublic = signer(random.pick(ECC_CURVES), own);
  const keyHandle = createPrimary(guest, inPublic, TPM_RH.NULL);
  if (keyHandle === 0) return;
  const digest = random.octets(random.chance(95) ? HASHES[hashAlg] : 19);
  const input = { keyHandle, digest, inScheme, validation: NO_TICKET };
  const { values } = guest.run('Sign', input);
  const { signature } = values;
  if (signature !== undefined) guest.run('VerifySignature', { keyHandle, digest, signature });
  guest.run('FlushContext', { flushHandle: keyHandle });
}

/** Commits and signs anonymously, or certifies a key so; sometimes with another count. */
function anonymity(guest: Guest): void {
  const { random } = guest;
  const hashAlg = random.pick(HASH_NAMES);
  const inPublic = signer(random.pick(ECC_CURVES), { scheme: 'ECDAA', hashAlg, count: 0 });
  const signHandle = createPrimary(guest, inPublic, TPM_RH.OWNER);
  if (signHandle === 0) return;
  const P1 = random.chance(80) ? NO_POINT : { x: random.octets(1), y: random.octets(1) };
  const s2 = EMPTY_SECRET;
  const y2 = random.chance(90) ? NONE : random.octets(8);
  const { counter } = guest.run('Commit', { signHandle, P1, s2, y2 }).values;
  const count = random.chance(80) && counter !== undefined ? counter : random.below(300);
  const inScheme = { scheme: 'ECDAA', hashAlg, count };
  if (random.chance(60)) {
    const rest = { digest: random.octets(HASHES[hashAlg]), inScheme, validation: NO_TICKET };
    guest.run('Sign', { keyHandle: signHandle, ...rest });
  } else {
    const qualifyingData = random.octets(random.below(20));
    const objectHandle = createPrimary(guest, STORAGE_KEY, TPM_RH.NULL);
    if (objectHandle !== 0) {
      guest.run('Certify', { objectHandle, signHandle, qualifyingData, inScheme });
      guest.run('FlushContext', { flushHandle: objectHandle });
    }
  }
  guest.run('FlushContext', { flushHandle: signHandle });
}

/** Exchanges keys in two phases with itself. */
function exchange(guest: Guest): void {
  const { random } = guest;
  const curveID = random.pick(ECC_CURVES);
  const isSpeakable = !UNSPEAKABLE.includes(curveID);
  const ofTwin = isSpeakable ? (['ECDH', 'SM2'] as const) : (['ECDH'] as const);
  const inScheme = random.pick(guest.hasTwin ? ofTwin : (['ECDH', 'SM2', 'ECMQV'] as const));
  const own = random.chance(50)
    ? ({ scheme: inScheme, hashAlg: 'SHA256' } as const)
    : ({ scheme: 'NULL' } as const);
  const inPublic = exchanger(curveID, own);
  const keyA = createPrimary(guest, inPublic, TPM_RH.NULL);
  if (keyA === 0) return;
  const { outPublic } = guest.run('ReadPublic', { objectHandle: keyA }).values;
  const inQsB = (outPublic as { readonly unique: Point } | undefined)?.unique;
  const { Q: inQeB, counter } = guest.run('EC_Ephemeral', { curveID }).values;
  if (inQsB !== undefined && inQeB !== undefined) {
    const input = { keyA, inQsB, inQeB, inScheme, counter };
    guest.run('ZGen_2Phase', input);
    if (random.chance(20)) guest.run('ZGen_2Phase', input);
  }
  guest.run('FlushContext', { flushHandle: keyA });
}

/** Encrypts and decrypts; the reference knows neither command. */
function encryption(guest: Guest): void {
  const { random } = guest;
  const inPublic = exchanger(random.pick(ECC_CURVES), { scheme: 'NULL' });
  const keyHandle = createPrimary(guest, inPublic, TPM_RH.NULL);
  if (keyHandle === 0) return;
  const inScheme = {
    scheme: random.chance(90) ? 'KDF2' : 'MGF1',
    hashAlg: random.pick(HASH_NAMES),
  };
  const plainText = random.octets(random.below(100));
  const { C1, C2, C3 } = guest.run('ECC_Encrypt', { keyHandle, plainText, inScheme }).values;
  if (C1 !== undefined) guest.run('ECC_Decrypt', { keyHandle, C1, C2, C3, inScheme });
  guest.run('FlushContext', { flushHandle: keyHandle });
}

/** Keys of every curve, and every scheme of theirs. */
export const CURVE_SCENARIOS: readonly ((guest: Guest) => void)[] = [
  signing,
  anonymity,
  exchange,
  encryption,
  (guest) => guest.run('ECC_Parameters', { curveID: guest.random.pick(ECC_CURVES) }),
];
