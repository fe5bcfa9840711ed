import { describe, expect, it } from 'vitest';
import { OBJECT } from '../../../domain/structures/attributes.ts';
import type { TpmtPublic } from '../../../domain/structures/public.ts';
import { TpmError } from '../../../domain/structures/tpmError.ts';
import { objectAt } from '../../../domain/tpm/entities.ts';
import type { TpmObject } from '../../../domain/tpm/objects.ts';
import { checkTemplate } from '../../../domain/tpm/templates.ts';
import { FIXED, RSA_STORAGE_KEY, SEALED_DATA } from '../../support/keys.ts';
import { withPrimary } from '../../support/objects.ts';
import { STORAGE_KEY, cipherKey } from '../../support/templates.ts';
import { TEMPLATE_VERDICTS } from '../../support/templateVerdicts.ts';
import { started } from '../../support/tpms.ts';

const BITS = [
  OBJECT.fixedTPM,
  OBJECT.fixedParent,
  OBJECT.sensitiveDataOrigin,
  OBJECT.encryptedDuplication,
  OBJECT.restricted,
  OBJECT.decrypt,
  OBJECT.sign,
];
const LETTERS: Readonly<Record<string, string>> = {
  ATTRIBUTES: 'A',
  SCHEME: 'S',
  SYMMETRIC: 'Y',
  KDF: 'K',
};
const NONE = { algorithm: 'NULL' } as const;
const HASH = { hashAlg: 'SHA256' } as const;

function storageKey(attributes: number): TpmObject {
  const objectAttributes = (STORAGE_KEY.objectAttributes & ~FIXED) | attributes;
  return objectAt(withPrimary(started(), { ...STORAGE_KEY, objectAttributes }).tpm, 0x80000000);
}

const PARENTS: Readonly<Record<string, TpmObject | null>> = {
  'a hierarchy': null,
  'a key that stays': storageKey(FIXED),
  'a key that may leave': storageKey(0),
  'a key that leaves encrypted': storageKey(OBJECT.encryptedDuplication),
};

function rsa(scheme: (typeof RSA_STORAGE_KEY)['parameters']['scheme'], isStorage = false) {
  const { parameters } = RSA_STORAGE_KEY;
  const symmetric = isStorage ? parameters.symmetric : NONE;
  return { ...RSA_STORAGE_KEY, parameters: { ...parameters, symmetric, scheme } };
}
function ecc(scheme: (typeof STORAGE_KEY)['parameters']['scheme'], isStorage = false) {
  const { parameters } = STORAGE_KEY;
  const symmetric = isStorage ? parameters.symmetric : NONE;
  return { ...STORAGE_KEY, parameters: { ...parameters, symmetric, scheme } };
}
function keyedHash(scheme: (typeof SEALED_DATA)['parameters']['scheme']) {
  return { ...SEALED_DATA, parameters: { scheme } };
}
const kdf = { scheme: 'KDF1_SP800_56A', ...HASH } as const;

const TEMPLATES: Readonly<Record<string, TpmtPublic>> = {
  'RSA NULL': rsa({ scheme: 'NULL' }),
  'RSA NULL AES': rsa({ scheme: 'NULL' }, true),
  'RSA RSASSA': rsa({ scheme: 'RSASSA', ...HASH }),
  'RSA RSAPSS': rsa({ scheme: 'RSAPSS', ...HASH }),
  'RSA OAEP': rsa({ scheme: 'OAEP', ...HASH }),
  'RSA RSAES': rsa({ scheme: 'RSAES' }),
  'RSA OAEP AES': rsa({ scheme: 'OAEP', ...HASH }, true),
  'ECC NULL': ecc({ scheme: 'NULL' }),
  'ECC NULL AES': ecc({ scheme: 'NULL' }, true),
  'ECC ECDSA': ecc({ scheme: 'ECDSA', ...HASH }),
  'ECC ECDH': ecc({ scheme: 'ECDH', ...HASH }),
  'ECC ECDSA AES': ecc({ scheme: 'ECDSA', ...HASH }, true),
  'ECC NULL KDF': {
    ...STORAGE_KEY,
    parameters: { ...ecc({ scheme: 'NULL' }).parameters, kdf },
  },
  'KEYEDHASH NULL': keyedHash({ scheme: 'NULL' }),
  'KEYEDHASH HMAC': keyedHash({ scheme: 'HMAC', ...HASH }),
  'KEYEDHASH XOR': keyedHash({ scheme: 'XOR', ...HASH, kdf: 'KDF1_SP800_108' }),
  'KEYEDHASH XOR NULL': keyedHash({ scheme: 'XOR', ...HASH, kdf: 'NULL' }),
  'SYMCIPHER CFB': cipherKey(0, 'CFB'),
  'SYMCIPHER NULL': cipherKey(0, 'NULL'),
  'SYMCIPHER CMAC': cipherKey(0, 'CMAC'),
};

function verdict(parent: TpmObject | null, template: TpmtPublic, dataSize: number): string {
  try {
    checkTemplate(parent, template, dataSize);
    return '.';
  } catch (error) {
    return error instanceof TpmError ? (LETTERS[error.rc] ?? error.rc) : String(error);
  }
}

describe.each(Object.entries(TEMPLATE_VERDICTS))('templates under %s', (parentName, verdicts) => {
  const parent = PARENTS[parentName] ?? null;

  it.each(Object.entries(verdicts))('%s', (name, expected) => {
    const hasData = name.endsWith(' data');
    const template = TEMPLATES[hasData ? name.slice(0, -' data'.length) : name];
    const told = Array.from({ length: 1 << BITS.length }, (_, i) => {
      const attributes = BITS.reduce((sum, bit, j) => sum | ((i >> j) & 1 ? bit : 0), 0);
      const objectAttributes = OBJECT.userWithAuth | attributes;
      return verdict(parent, { ...template!, objectAttributes }, hasData ? 16 : 0);
    });
    expect(told.join('')).toBe(expected);
  });
});
