import { eccPublicFromPrivate, isOnCurve } from '../crypto/ecc.ts';
import { isPrivateScalar } from '../crypto/scalars.ts';
import { HASH_BLOCK_SIZE } from '../crypto/sha.ts';
import { COORDINATE_SIZE } from '../structures/eccCurve.ts';
import { DIGEST_SIZE } from '../structures/hashAlg.ts';
import { sameOctets, stripLeadingZeros } from '../structures/octets.ts';
import type { TpmtPublic, TpmtSensitive } from '../structures/public.ts';
import type { RcPosition } from '../structures/responseCodes.ts';
import type { Secret } from '../structures/secret.ts';
import { positioned, refuse } from '../structures/tpmError.ts';
import { checkCipherKey, symmetricUnique } from './keyMaterial.ts';
import { rsaPrivateKey } from './rsaKeys.ts';

/** Which parameters of the command hold the two areas. */
export type Blame = { readonly publicArea: RcPosition; readonly sensitive: RcPosition };

type Area<T extends TpmtPublic['type']> = Extract<TpmtPublic, { type: T }>;

/**
 * Refuses areas that are no key or do not belong together: TYPE, SIZE, KEY, KEY_SIZE, VALUE,
 * ECC_POINT, or BINDING. Without a nameAlg nothing binds them. Part 3, 12.3 TPM2_LoadExternal
 */
export function checkKeys(
  publicArea: TpmtPublic,
  sensitive: TpmtSensitive | null,
  blame: Blame,
): void {
  if (sensitive !== null) checkSensitive(publicArea, sensitive, blame);
  switch (publicArea.type) {
    case 'RSA':
      checkRsa(publicArea, sensitive, blame);
      return;
    case 'ECC':
      if (sensitive === null) positioned(blame.publicArea, () => checkPoint(publicArea));
      else checkScalar(publicArea, sensitive);
      return;
    case 'KEYEDHASH':
    case 'SYMCIPHER':
      checkSymmetric(publicArea, sensitive, blame);
  }
}

function checkSensitive(publicArea: TpmtPublic, sensitive: TpmtSensitive, blame: Blame): void {
  const { nameAlg, type } = publicArea;
  if (type !== sensitive.sensitiveType) refuse('TYPE', blame.sensitive);
  if (nameAlg !== 'NULL' && sensitive.authValue.length > DIGEST_SIZE[nameAlg]) {
    refuse('SIZE', blame.sensitive);
  }
}

function checkRsa(publicArea: Area<'RSA'>, sensitive: TpmtSensitive | null, blame: Blame): void {
  const { parameters, unique } = publicArea;
  const size = parameters.keyBits / 8;
  if (unique.length !== size || (unique[0] ?? 0) < 0x80) refuse('KEY', blame.publicArea);
  if (parameters.exponent !== 0 && parameters.exponent < 7) refuse('VALUE', blame.publicArea);
  if (sensitive === null) return;
  const prime = sensitive.sensitive.octets;
  if (prime.length * 2 !== size || (prime[0] ?? 0) < 0x80) refuse('KEY_SIZE', blame.sensitive);
  if (rsaPrivateKey(publicArea, sensitive) === null) refuse('BINDING');
}

function checkPoint({ parameters, unique, nameAlg }: Area<'ECC'>): void {
  const size = COORDINATE_SIZE[parameters.curveID];
  if (unique.x.length !== size || unique.y.length !== size) refuse('KEY');
  if (nameAlg === 'NULL') return;
  if (!isOnCurve(parameters.curveID, unique.x, unique.y)) refuse('ECC_POINT');
}

function checkScalar(publicArea: Area<'ECC'>, { sensitive }: TpmtSensitive): void {
  const { curveID } = publicArea.parameters;
  if (!isPrivateScalar(curveID, sensitive.octets)) refuse('KEY_SIZE');
  if (publicArea.nameAlg === 'NULL') return;
  const { x, y } = eccPublicFromPrivate(curveID, sensitive.octets);
  const { unique } = publicArea;
  if (!isSameNumber(x, unique.x) || !isSameNumber(y, unique.y)) refuse('BINDING');
}

function isSameNumber(a: Uint8Array, b: Uint8Array): boolean {
  return sameOctets(stripLeadingZeros(a), stripLeadingZeros(b));
}

function checkSymmetric(
  publicArea: Area<'KEYEDHASH' | 'SYMCIPHER'>,
  sensitive: TpmtSensitive | null,
  blame: Blame,
): void {
  const { nameAlg, unique } = publicArea;
  const digestSize = nameAlg === 'NULL' ? 0 : DIGEST_SIZE[nameAlg];
  if (sensitive === null) {
    if (unique.length !== digestSize) refuse('KEY', blame.publicArea);
    return;
  }
  positioned(blame.sensitive, () => {
    checkBits(publicArea, sensitive.sensitive);
  });
  if (nameAlg === 'NULL') return;
  if (sensitive.seedValue.length !== digestSize) refuse('KEY_SIZE', blame.sensitive);
  if (!sameOctets(unique, symmetricUnique(publicArea, nameAlg, sensitive))) refuse('BINDING');
}

function checkBits(publicArea: Area<'KEYEDHASH' | 'SYMCIPHER'>, bits: Secret): void {
  if (publicArea.type === 'SYMCIPHER') {
    checkCipherKey(publicArea.parameters.sym, bits);
    return;
  }
  const { scheme } = publicArea.parameters;
  if (scheme.scheme !== 'NULL' && bits.length > HASH_BLOCK_SIZE[scheme.hashAlg]) {
    refuse('KEY_SIZE');
  }
}
