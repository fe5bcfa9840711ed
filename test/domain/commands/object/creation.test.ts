import { describe, expect, it } from 'vitest';
import { create } from '../../../../domain/commands/object/create.ts';
import { createLoaded } from '../../../../domain/commands/object/createLoaded.ts';
import { load } from '../../../../domain/commands/object/load.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { digest } from '../../../../domain/crypto/hash.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { toOctets } from '../../../../domain/structures/codec.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { TPMT_PUBLIC_OR_NULL, type TpmtPublic } from '../../../../domain/structures/public.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import {
  EXCHANGE_KEY,
  FIXED,
  SEALED_DATA,
  outsideEcc,
  primesOf,
  rsaDecryptionKey,
  secretText,
} from '../../../support/keys.ts';
import { creation, withChild, withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY, cipherKey, signingKey } from '../../../support/templates.ts';
import { started } from '../../../support/tpms.ts';

const PARENT = 0x80000000;
const DATA = secretText('data');
const HMAC_KEY: TpmtPublic = {
  ...SEALED_DATA,
  objectAttributes: FIXED | OBJECT.userWithAuth | OBJECT.sensitiveDataOrigin | OBJECT.sign,
  parameters: { scheme: { scheme: 'HMAC', hashAlg: 'SHA1' } },
};
const { tpm } = withPrimary(started());

function created(from: Tpm, inPublic: TpmtPublic, auth = EMPTY_SECRET, data = EMPTY_SECRET) {
  const input = { parentHandle: PARENT, inPublic, ...creation(auth, data) };
  return given(from).when(create, input, { rsaPrimes: () => primesOf('created') });
}

function loadedFrom({ response }: ReturnType<typeof created>) {
  const { outPrivate: inPrivate, outPublic: inPublic } = response;
  return given(tpm).when(load, { parentHandle: PARENT, inPrivate, inPublic });
}

describe('create', () => {
  it('makes what its parent can load: keys of every type, and data', () => {
    const secrets: [TpmtPublic, Secret, number][] = [
      [signingKey(FIXED), EMPTY_SECRET, 32],
      [EXCHANGE_KEY, EMPTY_SECRET, 32],
      [cipherKey(OBJECT.decrypt, 'CFB'), EMPTY_SECRET, 16],
      [HMAC_KEY, EMPTY_SECRET, 20],
      [SEALED_DATA, DATA, 4],
      [rsaDecryptionKey({ scheme: 'NULL' }), EMPTY_SECRET, 128],
    ];
    for (const [template, data, size] of secrets) {
      const made = created(tpm, template, EMPTY_SECRET, data).then([]);
      const object = objectAt(loadedFrom(made).tpm, 0x80000001);
      expect(object.sensitive?.sensitive.length).toBe(size);
      expect(object.publicArea).toEqual(made.response['outPublic']);
    }
  });

  it('gives another key each time', () => {
    const [one, other] = [0, 1].map(() => created(tpm, signingKey()).response['outPublic']);
    expect(one).not.toEqual(other);
  });

  it('says what the parent was, and at which locality', () => {
    const parent = objectAt(tpm, PARENT);
    const input = { parentHandle: PARENT, inPublic: signingKey(), ...creation() };
    for (const [locality, attribute] of [
      [0, 1],
      [4, 16],
      [32, 32],
      [255, 255],
    ] as const) {
      const { response } = given(tpm).when(create, input, { locality });
      expect(response['creationData']).toMatchObject({
        locality: attribute,
        parentNameAlg: 'SHA256',
        parentName: parent.name,
        parentQualifiedName: parent.qualifiedName,
      });
    }
  });

  it('shows nobody how long the authorization value is', () => {
    const lengths = ['', 'a', 'a long value'].map((text) => {
      const { response } = created(tpm, SEALED_DATA, secretText(text), DATA);
      return (response['outPrivate'] as Uint8Array).length;
    });
    expect(new Set(lengths).size).toBe(1);
    const auth = secretText('auth\0\0');
    const object = objectAt(loadedFrom(created(tpm, SEALED_DATA, auth, DATA)).tpm, 0x80000001);
    expect(object.sensitive?.authValue).toEqual(secretText('auth'));
  });

  it('refuses templates that contradict themselves', () => {
    const refused: [Partial<TpmtPublic>, Secret][] = [
      [{ objectAttributes: STORAGE_KEY.objectAttributes ^ OBJECT.fixedTPM }, EMPTY_SECRET],
      [{ objectAttributes: STORAGE_KEY.objectAttributes ^ OBJECT.decrypt }, EMPTY_SECRET],
      [{ objectAttributes: STORAGE_KEY.objectAttributes | OBJECT.sign }, EMPTY_SECRET],
      [{ objectAttributes: STORAGE_KEY.objectAttributes | OBJECT.encryptedDuplication }, DATA],
      [{ objectAttributes: STORAGE_KEY.objectAttributes ^ OBJECT.sensitiveDataOrigin }, DATA],
      [{}, DATA],
    ];
    for (const [change, data] of refused) {
      const template = { ...STORAGE_KEY, ...change } as TpmtPublic;
      created(tpm, template, EMPTY_SECRET, data).refuses('ATTRIBUTES', { parameter: 2 });
    }
  });

  it('refuses ciphers and hashes other than the parent has for what stays under it', () => {
    const symmetric = { algorithm: 'AES', keyBits: 256, mode: 'CFB' } as const;
    const parameters = { ...STORAGE_KEY.parameters, symmetric };
    created(tpm, { ...STORAGE_KEY, parameters }).refuses('SYMMETRIC', { parameter: 2 });
    created(tpm, { ...STORAGE_KEY, nameAlg: 'SHA384' }).refuses('HASH', { parameter: 2 });
    const free = STORAGE_KEY.objectAttributes & ~FIXED;
    created(tpm, { ...STORAGE_KEY, parameters, objectAttributes: free }).records();
  });

  it('refuses what is too long, and exponents with which no keys are made', () => {
    const long = new Secret(new Uint8Array(33).fill(1));
    created(tpm, SEALED_DATA, long, DATA).refuses('SIZE', { parameter: 1 });
    const key = { ...HMAC_KEY, objectAttributes: FIXED | OBJECT.sign };
    created(tpm, key, EMPTY_SECRET, new Secret(new Uint8Array(65))).refuses('SIZE');
    const cipher = { ...cipherKey(OBJECT.decrypt, 'CFB'), objectAttributes: OBJECT.decrypt };
    created(tpm, cipher, EMPTY_SECRET, DATA).refuses('KEY_SIZE');
    const rsa = rsaDecryptionKey({ scheme: 'NULL' });
    const even = { ...rsa, parameters: { ...rsa.parameters, exponent: 65538 } };
    created(tpm, even).refuses('RANGE');
    const prime = { ...rsa, parameters: { ...rsa.parameters, exponent: 65539 } };
    created(tpm, prime).records();
  });

  it('refuses what could not be loaded for want of a slot', () => {
    const full = withPrimary(withPrimary(withPrimary(started('swtpm')).tpm).tpm).tpm;
    created(full, signingKey()).refuses('OBJECT_MEMORY');
  });
});

describe('what is no storage key of this TPM', () => {
  const child = withChild(tpm, PARENT, signingKey(FIXED));
  const { inPublic } = outsideEcc(Uint8Array.of(9));
  const outsideKey = { ...inPublic, ...STORAGE_KEY, unique: inPublic.unique };
  const outside = given(tpm).when(loadExternal, {
    inPrivate: null,
    inPublic: outsideKey,
    hierarchy: TPM_RH.OWNER,
  });
  const sequence = given(tpm, {
    type: 'SequenceStarted',
    handle: 0x80000001,
    sequence: {
      kind: 'sequence',
      purpose: 'hash',
      auth: EMPTY_SECRET,
      hashes: [],
      key: null,
      isTicketSafe: null,
    },
  });

  it('is no parent', () => {
    for (const from of [child.tpm, outside.tpm, sequence.tpm]) {
      const input = { parentHandle: 0x80000001, ...creation() };
      const { when } = given(from);
      when(create, { ...input, inPublic: signingKey() }).refuses('TYPE', { handle: 1 });
      const template = toOctets(TPMT_PUBLIC_OR_NULL, signingKey());
      when(createLoaded, { ...input, inPublic: template }).refuses('TYPE', { handle: 1 });
      const halves = { inPrivate: child.inPrivate, inPublic: child.inPublic };
      when(load, { parentHandle: 0x80000001, ...halves }).refuses('TYPE', { handle: 1 });
    }
  });
});

describe('createLoaded', () => {
  function made(parentHandle: number, template: TpmtPublic, more: readonly number[] = []) {
    const octets = Uint8Array.of(...toOctets(TPMT_PUBLIC_OR_NULL, template), ...more);
    return given(tpm).when(createLoaded, { parentHandle, inPublic: octets, ...creation() });
  }

  it('makes a child that is loaded at once, and can be loaded again', () => {
    const outcome = made(PARENT, signingKey(FIXED)).records('ObjectLoaded');
    const object = objectAt(outcome.tpm, 0x80000001);
    const { outPrivate: inPrivate, outPublic: inPublic } = outcome.response;
    const again = given(tpm).when(load, { parentHandle: PARENT, inPrivate, inPublic });
    expect(objectAt(again.tpm, 0x80000001)).toEqual(object);
  });

  it('makes primary keys without a private area', () => {
    const outcome = made(TPM_RH.OWNER, STORAGE_KEY);
    expect(outcome.response).toMatchObject({
      outPrivate: new Uint8Array(0),
      name: objectAt(tpm, PARENT).name,
    });
    expect(objectAt(outcome.tpm, 0x80000001)).toEqual(objectAt(tpm, PARENT));
  });

  it('refuses templates with something left over, or cut short', () => {
    made(PARENT, STORAGE_KEY, [0]).refuses('SIZE', { parameter: 2 });
    const inPublic = toOctets(TPMT_PUBLIC_OR_NULL, STORAGE_KEY).slice(0, -1);
    const input = { parentHandle: PARENT, inPublic, ...creation() };
    given(tpm).when(createLoaded, input).refuses('INSUFFICIENT', { parameter: 2 });
  });

  it('refuses bad templates and, first of all, another object than there are slots', () => {
    const bad = signingKey(OBJECT.fixedTPM);
    made(PARENT, bad).refuses('ATTRIBUTES', { parameter: 2 });
    const full = withPrimary(withPrimary(withPrimary(started('swtpm')).tpm).tpm).tpm;
    const input = {
      parentHandle: PARENT,
      inPublic: toOctets(TPMT_PUBLIC_OR_NULL, bad),
      ...creation(),
    };
    given(full).when(createLoaded, input).refuses('OBJECT_MEMORY');
  });
});

describe('the public area of data', () => {
  it('is bound to it by the seed', () => {
    const made = created(tpm, SEALED_DATA, EMPTY_SECRET, DATA);
    const { publicArea, sensitive } = objectAt(loadedFrom(made).tpm, 0x80000001);
    const seed = sensitive?.seedValue.octets ?? new Uint8Array(0);
    expect(publicArea.unique).toEqual(digest('SHA256', seed, DATA.octets));
  });
});
