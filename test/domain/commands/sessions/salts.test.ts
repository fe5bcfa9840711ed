import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { duplicate } from '../../../../domain/commands/duplication/duplicate.ts';
import { createPrimary } from '../../../../domain/commands/hierarchy/createPrimary.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { makeCredential } from '../../../../domain/commands/object/makeCredential.ts';
import { startAuthSession } from '../../../../domain/commands/sessions/startAuthSession.ts';
import { kdfa } from '../../../../domain/crypto/kdf.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { ascii } from '../../../../domain/structures/octets.ts';
import type { TpmtPublic } from '../../../../domain/structures/public.ts';
import { subjectPublicKeyInfo } from '../../../../domain/tpm/certificates.ts';
import { objectAt, sessionAt } from '../../../../domain/tpm/entities.ts';
import { given } from '../../../support/given.ts';
import { outsideRsa } from '../../../support/keys.ts';
import { creation, withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY, cipherKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const NONE = new Uint8Array(0);
const nonceCaller = new Uint8Array(16).fill(4);
const salt = new Uint8Array(20).fill(9);
const input = {
  bind: TPM_RH.NULL,
  nonceCaller,
  sessionType: 'HMAC',
  symmetric: { algorithm: 'NULL' },
  authHash: 'SHA256',
} as const;

function withOutside(scheme: Parameters<typeof outsideRsa>[1]) {
  const outside = { ...outsideRsa('salts', scheme), hierarchy: TPM_RH.NULL };
  const loaded = given(started()).when(loadExternal, outside);
  return { tpm: loaded.tpm, tpmKey: loaded.decision.handle ?? 0 };
}

/** The salt as others encrypt it to the key. */
function encrypted({ tpm, tpmKey }: ReturnType<typeof withOutside>, oaepHash: string): Uint8Array {
  const spki = subjectPublicKeyInfo(objectAt(tpm, tpmKey).publicArea) ?? NONE;
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const oaepLabel = ascii('SECRET\0');
  return Uint8Array.from(publicEncrypt({ key, padding, oaepHash, oaepLabel }, salt));
}

describe('a salted session', () => {
  it.each([
    [{ scheme: 'NULL' }, 'sha256'],
    [{ scheme: 'OAEP', hashAlg: 'SHA1' }, 'sha1'],
  ] as const)('takes the salt in the OAEP of its key: %o', (scheme, oaepHash) => {
    const key = withOutside(scheme);
    const asked = { ...input, tpmKey: key.tpmKey, encryptedSalt: encrypted(key, oaepHash) };
    const outcome = given(key.tpm).when(startAuthSession, asked);
    const nonceTPM = outcome.response['nonceTPM'] as Uint8Array;
    const sessionKey = kdfa('SHA256', salt, 'ATH', nonceTPM, nonceCaller, 256);
    const session = sessionAt(outcome.tpm, outcome.decision.handle ?? 0);
    expect(session.sessionKey.octets).toEqual(sessionKey);
  });

  it('is refused with VALUE however the salt does not decrypt', () => {
    const key = withOutside({ scheme: 'NULL' });
    const size = encrypted(key, 'sha256').length;
    const other = withOutside({ scheme: 'RSAES' });
    const curve = withPrimary(started(), STORAGE_KEY);
    for (const [{ tpm, tpmKey }, encryptedSalt] of [
      [key, new Uint8Array(size - 1).fill(1)],
      [key, new Uint8Array(size).fill(1)],
      [key, new Uint8Array(size).fill(0xff)],
      [key, encrypted(key, 'sha1')],
      [other, encrypted(other, 'sha256')],
      [{ tpm: curve.tpm, tpmKey: curve.handle }, new Uint8Array(9)],
      [{ tpm: curve.tpm, tpmKey: curve.handle }, new Uint8Array([0, 1, 2, 0, 1, 3])],
    ] as const) {
      given(tpm)
        .when(startAuthSession, { ...input, tpmKey, encryptedSalt })
        .refuses('VALUE', { parameter: 2 });
    }
  });
});

describe('an RSA storage key that is too short for a digest of its nameAlg', () => {
  const inPublic: TpmtPublic = {
    ...STORAGE_KEY,
    type: 'RSA',
    nameAlg: 'SHA512',
    parameters: {
      symmetric: { algorithm: 'AES', keyBits: 128, mode: 'CFB' },
      scheme: { scheme: 'NULL' },
      keyBits: 1024,
      exponent: 0,
    },
    unique: NONE,
  };
  const primary = { primaryHandle: TPM_RH.OWNER, inPublic, ...creation() };

  it('gets no secrets', () => {
    const parent = given(started()).when(createPrimary, primary);
    const handle = parent.decision.handle ?? 0;
    const { name } = objectAt(parent.tpm, handle);
    given(parent.tpm)
      .when(makeCredential, { handle, credential: salt, objectName: name })
      .refuses('KEY_SIZE');
    const movable = withPrimary(parent.tpm, cipherKey(0x20000));
    const copied = {
      objectHandle: movable.handle,
      newParentHandle: handle,
      encryptionKeyIn: NONE,
      symmetricAlg: { algorithm: 'NULL' },
    };
    given(movable.tpm).when(duplicate, copied).refuses('KEY_SIZE');
  });
});
