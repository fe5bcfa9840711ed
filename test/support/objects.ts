import { create } from '../../domain/commands/object/create.ts';
import { createPrimary } from '../../domain/commands/hierarchy/createPrimary.ts';
import { load } from '../../domain/commands/object/load.ts';
import { OBJECT } from '../../domain/structures/attributes.ts';
import { TPM_RH } from '../../domain/structures/handles.ts';
import type { TpmtPublic } from '../../domain/structures/public.ts';
import { EMPTY_SECRET, type Secret } from '../../domain/structures/secret.ts';
import type { Tpm } from '../../domain/tpm/tpm.ts';
import { given } from './given.ts';

const NONE = new Uint8Array(0);
const POINT = { x: NONE, y: NONE };

type Of<T extends TpmtPublic['type']> = Extract<TpmtPublic, { type: T }>;

/** What a creation is given beside the template. */
export function creation(userAuth: Secret = EMPTY_SECRET, data: Secret = EMPTY_SECRET) {
  return { inSensitive: { userAuth, data }, outsideInfo: NONE, creationPCR: [] };
}

/** A storage key of an elliptic curve, which stays in this TPM. */
export const STORAGE_KEY: Of<'ECC'> = {
  type: 'ECC',
  nameAlg: 'SHA256',
  objectAttributes:
    OBJECT.fixedTPM |
    OBJECT.fixedParent |
    OBJECT.sensitiveDataOrigin |
    OBJECT.userWithAuth |
    OBJECT.noDA |
    OBJECT.restricted |
    OBJECT.decrypt,
  authPolicy: NONE,
  parameters: {
    symmetric: { algorithm: 'AES', keyBits: 128, mode: 'CFB' },
    scheme: { scheme: 'NULL' },
    curveID: 'NIST_P256',
    kdf: { scheme: 'NULL' },
  },
  unique: POINT,
};

/** A cipher key with these attributes beside sensitiveDataOrigin and userWithAuth. */
export function cipherKey(
  attributes: number,
  mode: Of<'SYMCIPHER'>['parameters']['sym']['mode'] = 'NULL',
): Of<'SYMCIPHER'> {
  return {
    type: 'SYMCIPHER',
    nameAlg: 'SHA256',
    objectAttributes: OBJECT.sensitiveDataOrigin | OBJECT.userWithAuth | attributes,
    authPolicy: NONE,
    parameters: { sym: { algorithm: 'AES', keyBits: 128, mode } },
    unique: NONE,
  };
}

/** A signing key of an elliptic curve with these attributes beside the usual ones. */
export function signingKey(attributes = 0): Of<'ECC'> {
  return {
    ...STORAGE_KEY,
    objectAttributes:
      OBJECT.sensitiveDataOrigin | OBJECT.userWithAuth | OBJECT.noDA | OBJECT.sign | attributes,
    parameters: {
      ...STORAGE_KEY.parameters,
      symmetric: { algorithm: 'NULL' },
      scheme: { scheme: 'ECDSA', hashAlg: 'SHA256' },
    },
  };
}

/** The TPM with a primary key, and its handle. */
export function withPrimary(
  tpm: Tpm,
  inPublic: TpmtPublic = STORAGE_KEY,
  primaryHandle: number = TPM_RH.OWNER,
): { readonly tpm: Tpm; readonly handle: number } {
  const outcome = given(tpm).when(createPrimary, { primaryHandle, inPublic, ...creation() });
  return { tpm: outcome.tpm, handle: outcome.decision.handle ?? 0 };
}

/** The TPM with a child of a parent created and loaded: its handle, and both of its halves. */
export function withChild(tpm: Tpm, parentHandle: number, inPublic: TpmtPublic) {
  const input = { parentHandle, inPublic, ...creation() };
  const { response } = given(tpm).when(create, input);
  const halves = {
    inPrivate: response['outPrivate'] as Uint8Array,
    inPublic: response['outPublic'] as TpmtPublic,
  };
  const loaded = given(tpm).when(load, { parentHandle, ...halves });
  return { tpm: loaded.tpm, handle: loaded.decision.handle ?? 0, ...halves };
}
