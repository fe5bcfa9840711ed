import { describe, expect, it } from 'vitest';
import { activateCredential } from '../../../../domain/commands/object/activateCredential.ts';
import { create } from '../../../../domain/commands/object/create.ts';
import { load } from '../../../../domain/commands/object/load.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { makeCredential } from '../../../../domain/commands/object/makeCredential.ts';
import { objectChangeAuth } from '../../../../domain/commands/object/objectChangeAuth.ts';
import { unseal } from '../../../../domain/commands/object/unseal.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { ascii, concat } from '../../../../domain/structures/octets.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import { entityAuth, objectAt } from '../../../../domain/tpm/entities.ts';
import type { SequenceObject } from '../../../../domain/tpm/objects.ts';
import type { Tpm } from '../../../../domain/tpm/tpm.ts';
import { given } from '../../../support/given.ts';
import {
  EXCHANGE_KEY,
  FIXED,
  RSA_STORAGE_KEY,
  SEALED_DATA,
  outsideHmac,
  primesOf,
  secretText,
} from '../../../support/keys.ts';
import { creation, withChild, withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY, signingKey } from '../../../support/templates.ts';
import { after, started } from '../../../support/tpms.ts';

const PARENT = 0x80000000;
const ITEM = 0x80000001;
const DATA = secretText('sealed');
const AUTH = secretText('auth');
const SEQUENCE: SequenceObject = {
  kind: 'sequence',
  purpose: 'hash',
  auth: EMPTY_SECRET,
  hashes: [],
  key: null,
  isTicketSafe: null,
};

const { tpm } = withPrimary(started());
const sealing = { parentHandle: PARENT, inPublic: SEALED_DATA, ...creation(AUTH, DATA) };
const sealed = given(tpm).when(create, sealing).response;
const HALVES = { inPrivate: sealed['outPrivate'], inPublic: sealed['outPublic'] };
const withItem = given(tpm).when(load, { parentHandle: PARENT, ...HALVES }).tpm;
const withKey = withChild(tpm, PARENT, EXCHANGE_KEY).tpm;
const withSequence = after(tpm, { type: 'SequenceStarted', handle: ITEM, sequence: SEQUENCE });
const outside = given(tpm).when(loadExternal, {
  ...outsideHmac(Uint8Array.of(1)),
  hierarchy: TPM_RH.NULL,
});
const withPublic = given(tpm).when(loadExternal, {
  inPrivate: null,
  inPublic: HALVES.inPublic,
  hierarchy: TPM_RH.OWNER,
});

describe('unseal', () => {
  const unsealed = (from: Tpm) => given(from).when(unseal, { itemHandle: ITEM });

  it('gives out the data', () => {
    unsealed(withItem).then([]).answers({ outData: DATA });
  });

  it('refuses keys, sequences, and data that is not here', () => {
    unsealed(withKey).refuses('TYPE', { handle: 1 });
    unsealed(withSequence).refuses('TYPE', { handle: 1 });
    unsealed(withPublic.tpm).refuses('TYPE', { handle: 1 });
    unsealed(outside.tpm).refuses('ATTRIBUTES', { handle: 1 });
  });
});

describe('objectChangeAuth', () => {
  function changed(from: Tpm, objectHandle: number, parentHandle: number, newAuth: Secret) {
    return given(from).when(objectChangeAuth, { objectHandle, parentHandle, newAuth });
  }

  it('wraps the object anew; what is loaded stays as it is', () => {
    const outcome = changed(withItem, ITEM, PARENT, secretText('other\0')).then([]);
    expect(entityAuth(outcome.tpm, ITEM)).toEqual(AUTH);
    const inPrivate = outcome.response['outPrivate'];
    const again = given(tpm).when(load, { parentHandle: PARENT, ...HALVES, inPrivate });
    expect(entityAuth(again.tpm, ITEM)).toEqual(secretText('other'));
    given(again.tpm).when(unseal, { itemHandle: ITEM }).answers({ outData: DATA });
  });

  it('refuses what is too long', () => {
    const long = new Secret(new Uint8Array(33).fill(1));
    changed(withItem, ITEM, PARENT, long).refuses('SIZE', { parameter: 1 });
  });

  it('refuses objects without a sensitive area, and what is not their parent', () => {
    for (const from of [withSequence, withPublic.tpm]) {
      changed(from, ITEM, PARENT, AUTH).refuses('TYPE', { handle: 1 });
    }
    changed(withItem, ITEM, ITEM, AUTH).refuses('TYPE', { handle: 2 });
    changed(outside.tpm, ITEM, PARENT, AUTH).refuses('TYPE', { handle: 2 });
    changed(withItem, PARENT, PARENT, AUTH).refuses('TYPE', { handle: 2 });
    const unique = { x: Uint8Array.of(1), y: Uint8Array.of() };
    const two = withPrimary(withItem, { ...STORAGE_KEY, unique });
    changed(two.tpm, ITEM, two.handle, AUTH).refuses('TYPE', { handle: 2 });
  });

  it('refuses an outside key without a Name, which is nobody', () => {
    const key = outsideHmac(Uint8Array.of(1));
    const nameless = given(tpm).when(loadExternal, {
      inPrivate: key.inPrivate,
      inPublic: { ...key.inPublic, nameAlg: 'NULL' },
      hierarchy: TPM_RH.NULL,
    });
    changed(nameless.tpm, ITEM, PARENT, AUTH).refuses('TYPE', { handle: 2 });
  });
});

const CREDENTIAL = ascii('credential');

type Wrapped = { readonly credentialBlob: Uint8Array; readonly secret: Uint8Array };

describe.each([
  ['an ECC key', STORAGE_KEY],
  ['an RSA key', RSA_STORAGE_KEY],
])('a credential for %s', (_, template) => {
  const primes = { rsaPrimes: () => primesOf('credential') };
  const input = { parentHandle: PARENT, inPublic: template, ...creation() };
  const made = given(withItem).when(create, input, primes).response;
  const key = { inPrivate: made['outPrivate'], inPublic: made['outPublic'] };
  const both = given(withItem).when(load, { parentHandle: PARENT, ...key }).tpm;
  const KEY = 0x80000002;
  const { name } = objectAt(both, ITEM);

  function wrapped(objectName: Uint8Array = name, credential: Uint8Array = CREDENTIAL) {
    return given(both).when(makeCredential, { handle: KEY, credential, objectName });
  }
  function activated({ credentialBlob, secret }: Wrapped) {
    const handles = { activateHandle: ITEM, keyHandle: KEY };
    return given(both).when(activateCredential, { ...handles, credentialBlob, secret });
  }
  const good = wrapped().then([]).response as Wrapped;

  it('is read by the TPM that has the key and the object', () => {
    activated(good).then([]).answers({ certInfo: CREDENTIAL });
  });

  it('is not for another object', () => {
    const other = wrapped(objectAt(both, PARENT).name).response as Wrapped;
    activated(other).refuses('INTEGRITY', { parameter: 1 });
  });

  it('is refused with any octet changed', () => {
    const { credentialBlob, secret } = good;
    for (let i = 1; i < credentialBlob.length; i += 1) {
      const blob = credentialBlob.with(i, credentialBlob[i]! ^ 1);
      activated({ secret, credentialBlob: blob }).refuses('INTEGRITY', { parameter: 1 });
    }
    const size = credentialBlob.with(0, 1);
    activated({ secret, credentialBlob: size }).refuses('SIZE', { parameter: 1 });
  });

  it('is as long as a digest at most', () => {
    wrapped(name, new Uint8Array(32)).then([]);
    wrapped(name, new Uint8Array(33)).refuses('SIZE', { parameter: 1 });
  });
});

describe('makeCredential and activateCredential', () => {
  it('refuse keys that are no asymmetric storage keys', () => {
    for (const from of [withItem, withKey, withSequence, outside.tpm]) {
      const wanted = { credential: CREDENTIAL, objectName: CREDENTIAL };
      given(from)
        .when(makeCredential, { handle: ITEM, ...wanted })
        .refuses('TYPE', { handle: 1 });
      const blobs = { credentialBlob: CREDENTIAL, secret: CREDENTIAL };
      given(from)
        .when(activateCredential, { activateHandle: PARENT, keyHandle: ITEM, ...blobs })
        .refuses('TYPE', { handle: 2 });
    }
  });

  it('refuse a point that is not on the curve, and no point at all', () => {
    const handles = { activateHandle: PARENT, keyHandle: PARENT, credentialBlob: CREDENTIAL };
    const point = concat(Uint8Array.of(0, 1, 1), Uint8Array.of(0, 1, 1));
    given(tpm)
      .when(activateCredential, { ...handles, secret: point })
      .refuses('ECC_POINT', { parameter: 2 });
    given(tpm)
      .when(activateCredential, { ...handles, secret: point.subarray(1) })
      .refuses('SIZE', { parameter: 2 });
    given(tpm)
      .when(activateCredential, { ...handles, secret: point.subarray(0, 2) })
      .refuses('INSUFFICIENT', { parameter: 2 });
  });

  it('refuse an RSA secret that was not encrypted so', () => {
    const primes = { rsaPrimes: () => primesOf('credential') };
    const input = { parentHandle: PARENT, inPublic: RSA_STORAGE_KEY, ...creation() };
    const { response } = given(tpm).when(create, input, primes);
    const halves = { inPrivate: response['outPrivate'], inPublic: response['outPublic'] };
    const both = given(tpm).when(load, { parentHandle: PARENT, ...halves }).tpm;
    const handles = { activateHandle: PARENT, keyHandle: ITEM, credentialBlob: CREDENTIAL };
    for (const [size, rc] of [
      [255, 'SIZE'],
      [256, 'VALUE'],
      [257, 'SIZE'],
    ] as const) {
      given(both)
        .when(activateCredential, { ...handles, secret: new Uint8Array(size).fill(1) })
        .refuses(rc, { parameter: 2 });
    }
  });

  it('work with the public area of a key alone, or with a signing key to be certified', () => {
    const child = withChild(tpm, PARENT, signingKey(FIXED));
    const { name } = objectAt(child.tpm, child.handle);
    const elsewhere = given(started()).when(loadExternal, {
      inPrivate: null,
      inPublic: objectAt(tpm, PARENT).publicArea,
      hierarchy: TPM_RH.NULL,
    });
    const wanted = { credential: CREDENTIAL, objectName: name };
    const { response } = given(elsewhere.tpm).when(makeCredential, { handle: PARENT, ...wanted });
    given(child.tpm)
      .when(activateCredential, {
        activateHandle: child.handle,
        keyHandle: PARENT,
        ...response,
      })
      .answers({ certInfo: CREDENTIAL });
  });
});
