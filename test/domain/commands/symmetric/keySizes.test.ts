import { createCipheriv } from 'node:crypto';
import { describe, expect, it, test } from 'vitest';
import { createPrimary } from '../../../../domain/commands/hierarchy/createPrimary.ts';
import { encryptDecrypt2 } from '../../../../domain/commands/symmetric/encryptDecrypt2.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { testParms } from '../../../../domain/commands/capability/testParms.ts';
import { execute } from '../../../../domain/processor/execute.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { concat, fromHex } from '../../../../domain/structures/octets.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import type { TpmtSymDefObject } from '../../../../domain/structures/schemes.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { symmetricUnique } from '../../../../domain/tpm/keyMaterial.ts';
import { given } from '../../../support/given.ts';
import { creation, withPrimary } from '../../../support/objects.ts';
import { plainRequest } from '../../../support/generator/request.ts';
import { cipherKey } from '../../../support/templates.ts';
import { circumstances, started } from '../../../support/tpms.ts';

const inData = new Uint8Array(32).fill(5);

type Cipher = Exclude<TpmtSymDefObject, { algorithm: 'NULL' }>;

/** The ciphers and key sizes, with the name that OpenSSL gives each in CFB. */
const CIPHERS: readonly (readonly [Cipher['algorithm'], number, string])[] = [
  ['TDES', 128, 'des-ede-cfb'],
  ['TDES', 192, 'des-ede3-cfb'],
  ['AES', 128, 'aes-128-cfb'],
  ['AES', 192, 'aes-192-cfb'],
  ['AES', 256, 'aes-256-cfb'],
  ['CAMELLIA', 128, 'camellia-128-cfb'],
  ['CAMELLIA', 192, 'camellia-192-cfb'],
  ['CAMELLIA', 256, 'camellia-256-cfb'],
];

function template(algorithm: Cipher['algorithm'], keyBits: number) {
  const parameters = { sym: { algorithm, keyBits, mode: 'CFB' } } as const;
  return { ...cipherKey(OBJECT.sign | OBJECT.decrypt, 'CFB'), parameters };
}

test.each(CIPHERS)('a %s key of %i bits encrypts as others do (%s)', (algorithm, keyBits, name) => {
  const { tpm, handle } = withPrimary(started(), template(algorithm, keyBits));
  const ivIn = new Uint8Array(algorithm === 'TDES' ? 8 : 16).fill(3);
  const input = { keyHandle: handle, decrypt: false, mode: 'NULL', ivIn, inData };
  const key = objectAt(tpm, handle).sensitive?.sensitive.octets ?? new Uint8Array(0);
  expect(key.length * 8).toBe(keyBits);
  const expected = createCipheriv(name, key, ivIn).update(inData);
  given(tpm)
    .when(encryptDecrypt2, input)
    .answers({ outData: Uint8Array.from(expected) });
});

describe('the profile of swtpm', () => {
  /** Key sizes as TestParms of swtpm takes them. */
  const LACKING = ['AES 192', 'CAMELLIA 192'];

  it.each(CIPHERS)('has %s keys of %i bits if the reference has', (algorithm, keyBits) => {
    const parameters = { type: 'SYMCIPHER', ...template(algorithm, keyBits).parameters };
    const request = plainRequest(testParms, { parameters }, []);
    const codeOf = (profile: 'default' | 'swtpm') => {
      const { response } = execute(started(profile), request, circumstances());
      return new DataView(response.buffer).getUint32(6);
    };
    expect(codeOf('default')).toBe(0);
    expect(codeOf('swtpm')).toBe(LACKING.includes(`${algorithm} ${keyBits}`) ? 0x1c4 : 0);
  });
});

describe('keys of TDES', () => {
  const GOOD = fromHex('0123456789abcdef');
  const WEAK = fromHex('0101010101010101');

  function outside(key: Uint8Array) {
    const publicArea = template('TDES', 128);
    const seedValue = new Secret(new Uint8Array(32));
    const sensitive = new Secret(key);
    const unique = symmetricUnique(publicArea, 'SHA256', { seedValue, sensitive });
    const authValue = EMPTY_SECRET;
    const inPrivate = { sensitiveType: 'SYMCIPHER', authValue, seedValue, sensitive };
    const objectAttributes = OBJECT.userWithAuth | OBJECT.sign | OBJECT.decrypt;
    const inPublic = { ...publicArea, objectAttributes, unique };
    return { inPrivate, inPublic, hierarchy: TPM_RH.NULL };
  }

  it('are refused with KEY from outside when they are weak', () => {
    const load = (key: Uint8Array) => given(started()).when(loadExternal, outside(key));
    load(concat(WEAK, GOOD)).refuses('KEY', { parameter: 1 });
    load(concat(GOOD, GOOD)).refuses('KEY', { parameter: 1 });
    load(GOOD).refuses('KEY_SIZE', { parameter: 1 });
    load(concat(GOOD, fromHex('1023456789abcdee'))).records('ObjectLoaded');
  });

  it('are refused with KEY from the caller when they are weak', () => {
    const inPublic = { ...template('TDES', 128) };
    const attributes = OBJECT.userWithAuth | OBJECT.sign | OBJECT.decrypt;
    const made = (key: Uint8Array) =>
      given(started()).when(createPrimary, {
        primaryHandle: TPM_RH.OWNER,
        inPublic: { ...inPublic, objectAttributes: attributes },
        ...creation(EMPTY_SECRET, new Secret(key)),
      });
    made(concat(WEAK, GOOD)).refuses('KEY');
    made(GOOD).refuses('KEY_SIZE');
    made(concat(GOOD, fromHex('1023456789abcdee'))).records('ObjectLoaded');
  });
});
