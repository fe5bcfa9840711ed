import { OBJECT, has } from '../structures/attributes.ts';
import { toOctets } from '../structures/codec.ts';
import { DIGEST_SIZE } from '../structures/hashAlg.ts';
import { sameOctets } from '../structures/octets.ts';
import type { TpmtPublic } from '../structures/public.ts';
import { TPMT_SYM_DEF_OBJECT_OR_NULL, type TpmtSymDefObject } from '../structures/schemes.ts';
import { refuse } from '../structures/tpmError.ts';
import type { TpmObject } from './objects.ts';

/** Whose child an object is to be; null under a hierarchy. */
type Parent = TpmObject | null;

const SIGN_SCHEMES: readonly string[] = ['RSASSA', 'RSAPSS', 'ECDSA', 'ECDAA', 'SM2', 'ECSCHNORR'];
const DECRYPT_SCHEMES: readonly string[] = ['RSAES', 'OAEP', 'ECDH', 'SM2', 'ECMQV'];

/** True for a storage key that this TPM loaded: others can be its children. Part 1, 23.3 Parents */
export function isStorageParent({ publicArea, isExternal }: TpmObject): boolean {
  return !isExternal && publicArea.type !== 'KEYEDHASH' && isStorageArea(publicArea);
}

/** True for a keyed hash from which objects are derived. Part 1, 28 Derived Objects */
export function isDerivationParent({ publicArea, isExternal }: TpmObject): boolean {
  return !isExternal && publicArea.type === 'KEYEDHASH' && isStorageArea(publicArea);
}

/** True for the public area of a restricted decryption key. */
export function isStorageArea({ objectAttributes }: TpmtPublic): boolean {
  return has(objectAttributes, OBJECT.restricted | OBJECT.decrypt);
}

/**
 * Refuses a template from which nothing can be created with so many octets of the caller's data;
 * then whatever `checkPublicArea` refuses. A primary object may have data beside a key that is made
 * here: the key is derived from it. Part 1, 27.2 Object Attributes
 */
export function checkTemplate(parent: Parent, publicArea: TpmtPublic, dataSize: number): void {
  const { type, objectAttributes: attributes } = publicArea;
  const isMadeHere = has(attributes, OBJECT.sensitiveDataOrigin);
  if (!isMadeHere && dataSize === 0) refuse('ATTRIBUTES');
  if (isMadeHere && dataSize !== 0 && parent !== null) refuse('ATTRIBUTES');
  switch (type) {
    case 'KEYEDHASH':
      if (isMadeHere && !isKey(attributes)) refuse('ATTRIBUTES');
      checkOrigin(attributes);
      break;
    case 'SYMCIPHER':
      checkOrigin(attributes);
      break;
    case 'RSA':
    case 'ECC':
      if (!isMadeHere) refuse('ATTRIBUTES');
  }
  checkPublicArea(parent, publicArea);
}

function isKey(attributes: number): boolean {
  return has(attributes, OBJECT.sign) || has(attributes, OBJECT.decrypt);
}

/** A restricted key that stays here must be made here: its user shall not know it. */
function checkOrigin(attributes: number): void {
  if (!has(attributes, OBJECT.restricted) || has(attributes, OBJECT.sensitiveDataOrigin)) return;
  const isPinned = has(attributes, OBJECT.fixedParent) || has(attributes, OBJECT.fixedTPM);
  if (isPinned) refuse('ATTRIBUTES');
}

/**
 * Refuses a public area that contradicts itself or its parent: HASH without a nameAlg, SIZE of the
 * policy, ATTRIBUTES, then whatever `checkSchemes` refuses. Part 2, 8.3.3 TPMA_OBJECT Attribute
 * Descriptions
 */
export function checkPublicArea(parent: Parent, publicArea: TpmtPublic): void {
  const { nameAlg, authPolicy, objectAttributes: attributes } = publicArea;
  if (nameAlg === 'NULL') refuse('HASH');
  if (authPolicy.length !== 0 && authPolicy.length !== DIGEST_SIZE[nameAlg]) refuse('SIZE');
  checkDuplication(parent, attributes);
  if (parent !== null && isDerivationParent(parent)) checkDerived(parent, attributes);
  const [isSigning, isDecrypting] = [has(attributes, OBJECT.sign), has(attributes, OBJECT.decrypt)];
  if (isSigning === isDecrypting) {
    if (has(attributes, OBJECT.restricted)) refuse('ATTRIBUTES');
    if (!isSigning && publicArea.type !== 'KEYEDHASH') refuse('ATTRIBUTES');
  }
  checkSchemes(parent, publicArea);
}

function checkDuplication(parent: Parent, attributes: number): void {
  const isFixed = has(attributes, OBJECT.fixedTPM);
  const isEncrypted = has(attributes, OBJECT.encryptedDuplication);
  const parents = parent?.publicArea.objectAttributes ?? OBJECT.fixedTPM;
  if (has(parents, OBJECT.fixedTPM)) {
    if (has(attributes, OBJECT.fixedParent) !== isFixed) refuse('ATTRIBUTES');
  } else if (isFixed) {
    refuse('ATTRIBUTES');
  }
  if (isFixed && isEncrypted) refuse('ATTRIBUTES');
  if (!has(parents, OBJECT.fixedTPM) && isEncrypted !== has(parents, OBJECT.encryptedDuplication)) {
    refuse('ATTRIBUTES');
  }
}

/** What is derived stays as near to its parent as the parent to the TPM. */
function checkDerived({ publicArea }: TpmObject, attributes: number): void {
  if (!has(attributes, OBJECT.fixedParent)) refuse('ATTRIBUTES');
  const isParentFixed = has(publicArea.objectAttributes, OBJECT.fixedTPM);
  if (has(attributes, OBJECT.fixedTPM) !== isParentFixed) refuse('ATTRIBUTES');
}

/**
 * Refuses algorithms that do not go with the use of a key: SCHEME, SYMMETRIC, KDF, MODE or HASH.
 * Part 1, 27.6 Asymmetric Key Schemes; Part 2, 12.2.3 TPMU_PUBLIC_PARMS
 */
export function checkSchemes(parent: Parent, publicArea: TpmtPublic): void {
  switch (publicArea.type) {
    case 'KEYEDHASH':
      checkKeyedHashScheme(publicArea);
      return;
    case 'SYMCIPHER': {
      const { sym } = publicArea.parameters;
      const isDecrypting = has(publicArea.objectAttributes, OBJECT.decrypt);
      if (isDecrypting && sym.mode === 'CMAC') refuse('SCHEME');
      checkStorageCipher(parent, publicArea, sym);
      return;
    }
    case 'RSA':
    case 'ECC':
      checkAsymmetricScheme(publicArea);
      checkStorageCipher(parent, publicArea, publicArea.parameters.symmetric);
  }
}

function checkKeyedHashScheme(publicArea: Extract<TpmtPublic, { type: 'KEYEDHASH' }>): void {
  const { objectAttributes: attributes, parameters } = publicArea;
  const { scheme } = parameters;
  const isSigning = has(attributes, OBJECT.sign);
  if (isSigning === has(attributes, OBJECT.decrypt)) {
    if (scheme.scheme !== 'NULL') refuse('SCHEME');
  } else if (isSigning) {
    if (scheme.scheme !== 'HMAC') refuse('SCHEME');
  } else {
    if (scheme.scheme !== 'XOR') refuse('SCHEME');
    const isDerivationParent = has(attributes, OBJECT.restricted);
    if (isDerivationParent && scheme.kdf !== 'KDF1_SP800_108') refuse('SCHEME');
  }
}

type Asymmetric = Extract<TpmtPublic, { type: 'RSA' | 'ECC' }>;

function checkAsymmetricScheme(publicArea: Asymmetric): void {
  const { objectAttributes: attributes, parameters } = publicArea;
  const { scheme } = parameters.scheme;
  if (!isSchemePossible(attributes, scheme)) refuse('SCHEME');
  if (!isStorageArea(publicArea) && parameters.symmetric.algorithm !== 'NULL') refuse('SYMMETRIC');
  if (publicArea.type === 'ECC' && publicArea.parameters.kdf.scheme !== 'NULL') refuse('KDF');
}

/** True when keys with these attributes can have this scheme; NULL leaves it to each use. */
function isSchemePossible(attributes: number, scheme: string): boolean {
  const [isSigning, isDecrypting] = [has(attributes, OBJECT.sign), has(attributes, OBJECT.decrypt)];
  const isRestricted = has(attributes, OBJECT.restricted);
  if (isSigning === isDecrypting) return scheme === 'NULL';
  if (isSigning) return SIGN_SCHEMES.includes(scheme) || (!isRestricted && scheme === 'NULL');
  return scheme === 'NULL' || (!isRestricted && DECRYPT_SCHEMES.includes(scheme));
}

/** A storage key needs a cipher for its children; one that cannot leave has that of its parent. */
function checkStorageCipher(parent: Parent, publicArea: TpmtPublic, sym: TpmtSymDefObject): void {
  if (!isStorageArea(publicArea)) return;
  if (sym.algorithm === 'NULL') refuse('SYMMETRIC');
  if (parent === null || !has(publicArea.objectAttributes, OBJECT.fixedParent)) return;
  if (publicArea.nameAlg !== parent.publicArea.nameAlg) refuse('HASH');
  if (!isSameCipher(sym, storageCipher(parent.publicArea))) refuse('SYMMETRIC');
}

function isSameCipher(a: TpmtSymDefObject, b: TpmtSymDefObject): boolean {
  const octetsOf = (sym: TpmtSymDefObject) => toOctets(TPMT_SYM_DEF_OBJECT_OR_NULL, sym);
  return sameOctets(octetsOf(a), octetsOf(b));
}

/** The cipher with which a storage key protects its children. */
export function storageCipher(publicArea: TpmtPublic): TpmtSymDefObject {
  switch (publicArea.type) {
    case 'SYMCIPHER':
      return publicArea.parameters.sym;
    case 'RSA':
    case 'ECC':
      return publicArea.parameters.symmetric;
    case 'KEYEDHASH':
      return { algorithm: 'NULL' };
  }
}
