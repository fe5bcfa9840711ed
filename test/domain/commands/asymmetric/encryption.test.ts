import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rsaDecrypt } from '../../../../domain/commands/asymmetric/rsaDecrypt.ts';
import { rsaEncrypt } from '../../../../domain/commands/asymmetric/rsaEncrypt.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { ascii, concat, padLeft } from '../../../../domain/structures/octets.ts';
import type { TpmtRsaDecrypt, TpmtRsaScheme } from '../../../../domain/structures/schemes.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import { outsideRsa } from '../../../support/keys.ts';
import { withPrimary } from '../../../support/objects.ts';
import { nodeRsaPair, rsaNumbers } from '../../../support/rsaKeys.ts';
import { started } from '../../../support/tpms.ts';

const KEY = 0x80000000;
const NONE = new Uint8Array(0);
const MESSAGE = ascii('message');
const LABEL = ascii('label\0');
const NULL = { scheme: 'NULL' } as const;
const RSAES = { scheme: 'RSAES' } as const;
const OAEP = { scheme: 'OAEP', hashAlg: 'SHA256' } as const;
const OAEP_SHA1 = { scheme: 'OAEP', hashAlg: 'SHA1' } as const;
const pair = nodeRsaPair(rsaNumbers('asymmetric'));

function holding(scheme: TpmtRsaScheme, attributes: number = OBJECT.decrypt, isPublic = false) {
  const { inPrivate, inPublic } = outsideRsa('asymmetric', scheme);
  const objectAttributes = OBJECT.userWithAuth | attributes;
  return given(started()).when(loadExternal, {
    inPrivate: isPublic ? null : inPrivate,
    inPublic: { ...inPublic, objectAttributes },
    hierarchy: TPM_RH.NULL,
  }).tpm;
}

const plain = holding(NULL);

function encrypted(
  tpm: Tpm,
  message: Uint8Array,
  inScheme: TpmtRsaDecrypt = NULL,
  label: Uint8Array = NONE,
) {
  return given(tpm).when(rsaEncrypt, { keyHandle: KEY, message, inScheme, label });
}
function decrypted(
  tpm: Tpm,
  cipherText: unknown,
  inScheme: TpmtRsaDecrypt = NULL,
  label: Uint8Array = NONE,
) {
  return given(tpm).when(rsaDecrypt, { keyHandle: KEY, cipherText, inScheme, label });
}

describe('rsaEncrypt and rsaDecrypt', () => {
  it('are each the reverse of the other, with every scheme', () => {
    for (const scheme of [RSAES, OAEP, OAEP_SHA1]) {
      const { outData } = encrypted(plain, MESSAGE, scheme, LABEL).then([]).response;
      decrypted(plain, outData, scheme, LABEL).then([]).answers({ message: MESSAGE });
    }
    const { outData } = encrypted(plain, MESSAGE).response;
    decrypted(plain, outData).answers({ message: padLeft(MESSAGE, 256) });
  });

  it('go together with others that do the same', () => {
    const oaep = {
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: LABEL,
    };
    const ours = encrypted(plain, MESSAGE, OAEP, LABEL).response['outData'] as Uint8Array;
    const theirs = privateDecrypt({ key: pair.privateKey, ...oaep }, ours);
    expect(new Uint8Array(theirs)).toEqual(MESSAGE);
    const cipherText = new Uint8Array(publicEncrypt({ key: pair.publicKey, ...oaep }, MESSAGE));
    decrypted(plain, cipherText, OAEP, LABEL).answers({ message: MESSAGE });
  });

  it('use the scheme of the key, which a command may repeat', () => {
    const fixed = holding(OAEP);
    const { outData } = encrypted(fixed, MESSAGE).response;
    for (const scheme of [NULL, OAEP]) {
      decrypted(fixed, outData, scheme).answers({ message: MESSAGE });
    }
    decrypted(plain, outData, OAEP).answers({ message: MESSAGE });
    for (const scheme of [RSAES, OAEP_SHA1]) {
      encrypted(fixed, MESSAGE, scheme).refuses('SCHEME', { parameter: 2 });
      decrypted(fixed, outData, scheme).refuses('SCHEME', { parameter: 2 });
    }
  });

  it('refuse other keys, and keys for other uses', () => {
    const { tpm } = withPrimary(started());
    encrypted(tpm, MESSAGE).refuses('KEY', { handle: 1 });
    decrypted(tpm, MESSAGE).refuses('KEY', { handle: 1 });
    const signing = holding(NULL, OBJECT.sign);
    encrypted(signing, MESSAGE).refuses('ATTRIBUTES', { handle: 1 });
    decrypted(signing, MESSAGE).refuses('ATTRIBUTES', { handle: 1 });
  });

  it('refuse labels that do not end in a zero', () => {
    for (const label of [ascii('label'), ascii('\0label')]) {
      encrypted(plain, MESSAGE, OAEP, label).refuses('VALUE', { parameter: 3 });
      decrypted(plain, MESSAGE, OAEP, label).refuses('VALUE', { parameter: 3 });
    }
  });

  it('refuse messages that are too long', () => {
    const limits = [
      [RSAES, 245],
      [OAEP, 190],
      [OAEP_SHA1, 214],
      [NULL, 255],
    ] as const;
    for (const [scheme, limit] of limits) {
      encrypted(plain, new Uint8Array(limit).fill(255), scheme).then([]);
      encrypted(plain, new Uint8Array(limit + 1).fill(255), scheme).refuses('VALUE');
    }
    encrypted(plain, concat(new Uint8Array(50), new Uint8Array(255).fill(1))).then([]);
  });

  it('refuse to decrypt what was not encrypted so', () => {
    const input = { keyHandle: KEY, message: MESSAGE, inScheme: OAEP, label: LABEL };
    const entropy = (count: number) => new Uint8Array(count).fill(7);
    const { outData } = given(plain).when(rsaEncrypt, input, { entropy }).response;
    decrypted(plain, outData, OAEP).refuses('VALUE');
    decrypted(plain, outData, OAEP_SHA1, LABEL).refuses('VALUE');
    decrypted(plain, outData, RSAES).refuses('VALUE');
    const octets = outData as Uint8Array;
    decrypted(plain, octets.subarray(1), OAEP, LABEL).refuses('SIZE');
    decrypted(plain, new Uint8Array(256).fill(255), NULL).refuses('VALUE');
    for (const i of [0, 1, 100, 255]) {
      const changed = octets.with(i, octets[i]! ^ 1);
      decrypted(plain, changed, OAEP, LABEL).refuses('VALUE');
    }
  });

  it('encrypt with a public key alone', () => {
    const { outData } = encrypted(holding(NULL, OBJECT.decrypt, true), MESSAGE, OAEP).response;
    decrypted(plain, outData, OAEP).answers({ message: MESSAGE });
  });
});
