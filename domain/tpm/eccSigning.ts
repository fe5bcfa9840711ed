import { ecdaaSign } from '../crypto/ecdaa.ts';
import { ecdsaSign, ecdsaVerify, type EccSignature } from '../crypto/ecdsa.ts';
import { ecSchnorrSign, ecSchnorrVerify } from '../crypto/ecSchnorr.ts';
import { scalarFromRandom } from '../crypto/scalars.ts';
import { sm2Sign, sm2Verify } from '../crypto/sm2.ts';
import { COORDINATE_SIZE } from '../structures/eccCurve.ts';
import type { TpmtPublic } from '../structures/public.ts';
import type { TpmtSigScheme, TpmtSignature } from '../structures/schemes.ts';
import { refuse } from '../structures/tpmError.ts';
import { commitScalar, pendingCommitment, type Commits } from './commits.ts';
import type { TpmEvent } from './evolve.ts';
import type { TpmObject } from './objects.ts';

/** The schemes of ECC keys. */
export type EccSigScheme = Extract<
  TpmtSigScheme,
  { scheme: 'ECDSA' | 'ECDAA' | 'SM2' | 'ECSCHNORR' }
>;

/** A signature, and the facts of having made it. */
export type Signed = { readonly signature: TpmtSignature; readonly events: readonly TpmEvent[] };

/** Octets that a random number has more than the order of a curve, so that no value is likelier. */
const EXTRA_RANDOM_SIZE = 8;
/** A random number that gives no signature is not drawn even once in the life of a TPM. */
const TRIES_MAX = 10;

/**
 * The signature of a digest by an ECC key. Refuses with VALUE a count that stands for no
 * commitment, and with NO_RESULT when no random number gives a signature: the key is none for this
 * scheme.
 */
export function signEcc(
  commits: Commits,
  { publicArea, sensitive, name }: TpmObject,
  scheme: EccSigScheme,
  digest: Uint8Array,
  entropy: (count: number) => Uint8Array,
): Signed {
  if (publicArea.type !== 'ECC' || sensitive === null) throw new Error('not a key that signs so');
  const { curveID: curve } = publicArea.parameters;
  const { hashAlg } = scheme;
  const d = sensitive.sensitive.octets;
  const draw = (): Uint8Array =>
    scalarFromRandom(curve, entropy(COORDINATE_SIZE[curve] + EXTRA_RANDOM_SIZE));
  switch (scheme.scheme) {
    case 'ECDSA':
      return signed(scheme, () => ecdsaSign(curve, d, digest, draw()));
    case 'SM2':
      return signed(scheme, () => sm2Sign(curve, d, digest, draw()));
    case 'ECSCHNORR':
      return signed(scheme, () => ecSchnorrSign(curve, hashAlg, d, digest, draw()));
    case 'ECDAA': {
      const { count: counter } = scheme;
      const commitment = pendingCommitment(commits, counter) ?? refuse('VALUE');
      const r = commitScalar(commitment, curve, name);
      const made = signed(scheme, () => ecdaaSign(curve, hashAlg, d, digest, r, draw()));
      r.fill(0);
      return { ...made, events: [{ type: 'CommitmentUsed', counter }] };
    }
  }
}

function signed({ scheme, hashAlg }: EccSigScheme, make: () => EccSignature | null): Signed {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const made = make();
    if (made === null) continue;
    const numbers = { signatureR: made.r, signatureS: made.s };
    return { signature: { sigAlg: scheme, hash: hashAlg, ...numbers }, events: [] };
  }
  return refuse('NO_RESULT');
}

/**
 * Whether an ECC key made a signature for this digest. Refuses with SCHEME what no such key makes,
 * and anonymous signatures: they are verified by a credential, not by a key.
 */
export function isEccRight(
  { parameters, unique }: Extract<TpmtPublic, { type: 'ECC' }>,
  digest: Uint8Array,
  signature: TpmtSignature,
): boolean {
  const { curveID: curve } = parameters;
  switch (signature.sigAlg) {
    case 'ECDSA':
      return ecdsaVerify(curve, unique, digest, numbersOf(signature));
    case 'SM2':
      return sm2Verify(curve, unique, digest, numbersOf(signature));
    case 'ECSCHNORR':
      return ecSchnorrVerify(curve, signature.hash, unique, digest, numbersOf(signature));
    default:
      return refuse('SCHEME');
  }
}

type EccSignatureOf = Extract<TpmtSignature, { sigAlg: EccSigScheme['scheme'] }>;

function numbersOf({ signatureR, signatureS }: EccSignatureOf): EccSignature {
  return { r: signatureR, s: signatureS };
}
