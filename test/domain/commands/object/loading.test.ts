import { describe, expect, it } from 'vitest';
import { create } from '../../../../domain/commands/object/create.ts';
import { load } from '../../../../domain/commands/object/load.ts';
import { loadExternal } from '../../../../domain/commands/object/loadExternal.ts';
import { readPublic } from '../../../../domain/commands/object/readPublic.ts';
import { CURVES } from '../../../../domain/crypto/curves.ts';
import { toOctets as numberOctets } from '../../../../domain/crypto/integers.ts';
import { digest } from '../../../../domain/crypto/hash.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { concat, u32 } from '../../../../domain/structures/octets.ts';
import type { TpmtPublic, TpmtSensitive } from '../../../../domain/structures/public.ts';
import type { RcName, RcPosition } from '../../../../domain/structures/responseCodes.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { given } from '../../../support/given.ts';
import {
  FIXED,
  SEALED_DATA,
  outsideEcc,
  outsideHmac,
  outsideRsa,
  secretText,
  type Outside,
} from '../../../support/keys.ts';
import { creation, withChild, withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY, signingKey } from '../../../support/templates.ts';
import { after, started } from '../../../support/tpms.ts';

const PARENT = 0x80000000;
const CHILD = 0x80000001;
const { tpm } = withPrimary(started());
const child = withChild(tpm, PARENT, signingKey(FIXED));

function loaded(inPrivate: Uint8Array, inPublic: TpmtPublic = child.inPublic, from = tpm) {
  return given(from).when(load, { parentHandle: PARENT, inPrivate, inPublic });
}

describe('load', () => {
  it('brings a child back with its Names', () => {
    const outcome = loaded(child.inPrivate).records('ObjectLoaded');
    const object = objectAt(outcome.tpm, CHILD);
    const { name, qualifiedName } = objectAt(tpm, PARENT);
    expect(outcome.response).toEqual({ name: object.name });
    expect(object.qualifiedName.subarray(2)).toEqual(digest('SHA256', qualifiedName, object.name));
    expect(object).toMatchObject({ hierarchy: TPM_RH.OWNER, isPrimary: false, isExternal: false });
    expect(name).not.toEqual(object.name);
  });

  it('refuses a private area with any octet changed', () => {
    for (let i = 0; i < child.inPrivate.length; i += 1) {
      const changed = child.inPrivate.with(i, child.inPrivate[i]! ^ (1 << (i % 8)));
      const expected = i === 0 ? 'SIZE' : 'INTEGRITY';
      loaded(changed).refuses(expected, { parameter: 1 });
    }
  });

  it('refuses a private area that was cut or has grown', () => {
    loaded(new Uint8Array(0)).refuses('SIZE', { parameter: 1 });
    for (const size of [1, 2, 33]) {
      loaded(child.inPrivate.subarray(0, size)).refuses('INSUFFICIENT', { parameter: 1 });
    }
    for (const size of [34, 50, child.inPrivate.length - 1]) {
      loaded(child.inPrivate.subarray(0, size)).refuses('INTEGRITY', { parameter: 1 });
    }
    const longer = concat(child.inPrivate, Uint8Array.of(0));
    loaded(longer).refuses('INTEGRITY', { parameter: 1 });
  });

  it('refuses another public area, and another parent', () => {
    const other = { ...child.inPublic, authPolicy: new Uint8Array(32) };
    loaded(child.inPrivate, other).refuses('INTEGRITY', { parameter: 1 });
    const template = { ...STORAGE_KEY, unique: { x: u32(1), y: new Uint8Array(0) } };
    const stranger = withPrimary(started(), template).tpm;
    loaded(child.inPrivate, child.inPublic, stranger).refuses('INTEGRITY', { parameter: 1 });
  });

  it('refuses when all slots are taken, before it looks at anything', () => {
    const full = withPrimary(withPrimary(withPrimary(started('swtpm')).tpm).tpm).tpm;
    loaded(new Uint8Array(0), child.inPublic, full).refuses('OBJECT_MEMORY');
  });

  it('inherits from an ancestor that a TPM Restart ends it', () => {
    const attributes = STORAGE_KEY.objectAttributes | OBJECT.stClear;
    const mortal = withChild(tpm, PARENT, { ...STORAGE_KEY, objectAttributes: attributes });
    const grandchild = withChild(mortal.tpm, mortal.handle, signingKey(FIXED));
    expect(objectAt(grandchild.tpm, grandchild.handle).isStClear).toBe(true);
    expect(objectAt(loaded(child.inPrivate).tpm, CHILD).isStClear).toBe(false);
  });
});

const ECC = outsideEcc(new Uint8Array(32).fill(3));
const HMAC = outsideHmac(Uint8Array.of(1, 2, 3));
const RSA = outsideRsa('outside');
const PRIVATE = { parameter: 1 };
const PUBLIC = { parameter: 2 };

function external(
  inPublic: TpmtPublic,
  inPrivate: TpmtSensitive | null,
  hierarchy: number = TPM_RH.NULL,
  from = started(),
) {
  return given(from).when(loadExternal, { inPrivate, inPublic, hierarchy });
}

function changed(key: Outside, area: object, sensitive: object = {}): Outside {
  return {
    inPrivate: { ...key.inPrivate, ...sensitive },
    inPublic: { ...key.inPublic, ...area },
  };
}

describe('loadExternal', () => {
  it('takes both halves of a key of every type', () => {
    for (const { inPublic, inPrivate } of [ECC, HMAC, RSA]) {
      const outcome = external(inPublic, inPrivate).records('ObjectLoaded');
      expect(objectAt(outcome.tpm, PARENT)).toMatchObject({
        publicArea: inPublic,
        sensitive: inPrivate,
        isExternal: true,
        hierarchy: TPM_RH.NULL,
      });
    }
  });

  it('takes public areas into any hierarchy', () => {
    for (const { inPublic } of [ECC, HMAC, RSA]) {
      for (const hierarchy of [TPM_RH.OWNER, TPM_RH.ENDORSEMENT, TPM_RH.PLATFORM, TPM_RH.NULL]) {
        const { tpm: holder } = external(inPublic, null, hierarchy);
        expect(objectAt(holder, PARENT)).toMatchObject({ sensitive: null, hierarchy });
      }
    }
  });

  it('takes keys without a Name', () => {
    for (const key of [ECC, HMAC]) {
      const { response } = external({ ...key.inPublic, nameAlg: 'NULL' }, key.inPrivate);
      expect(response).toEqual({ name: new Uint8Array(0) });
    }
  });

  it('takes numbers with zeros in front', () => {
    const { x, y } = ECC.inPublic.unique as { x: Uint8Array; y: Uint8Array };
    const d = new Secret(concat(Uint8Array.of(0), ECC.inPrivate.sensitive.octets));
    const unique = { x: concat(Uint8Array.of(0, 0), x), y };
    const longer = changed(ECC, { unique }, { sensitive: d });
    external(longer.inPublic, longer.inPrivate).records('ObjectLoaded');
  });

  it('refuses a private key anywhere but in the NULL hierarchy, and what is switched off', () => {
    external(ECC.inPublic, ECC.inPrivate, TPM_RH.OWNER).refuses('HIERARCHY', { parameter: 3 });
    const off = after(started(), {
      type: 'HierarchyControlled',
      enable: TPM_RH.OWNER,
      isEnabled: false,
    });
    external(ECC.inPublic, null, TPM_RH.OWNER, off).refuses('HIERARCHY', { parameter: 3 });
  });

  it('refuses a private key that pretends to be of this TPM', () => {
    for (const attribute of [OBJECT.fixedTPM, OBJECT.fixedParent, OBJECT.restricted]) {
      const objectAttributes = ECC.inPublic.objectAttributes | attribute;
      external({ ...ECC.inPublic, objectAttributes }, ECC.inPrivate).refuses('ATTRIBUTES', PUBLIC);
    }
  });

  const order = numberOctets(CURVES.NIST_P256.n, 32);
  const sensitive = (octets: Uint8Array) => ({ sensitive: new Secret(octets) });
  const prime = RSA.inPrivate.sensitive.octets;
  const { parameters } = RSA.inPublic;
  const cases: [string, Outside, RcName, RcPosition | undefined][] = [
    ['another type', changed(ECC, {}, { sensitiveType: 'RSA' }), 'TYPE', PRIVATE],
    ['a long auth', changed(ECC, {}, { authValue: new Secret(prime) }), 'SIZE', PRIVATE],
    ['a long seed', changed(ECC, {}, { seedValue: new Secret(prime) }), 'KEY_SIZE', PRIVATE],
    ['a short seed', changed(HMAC, {}, { seedValue: EMPTY_SECRET }), 'KEY_SIZE', PRIVATE],
    ['a scalar of zero', changed(ECC, {}, sensitive(new Uint8Array(32))), 'KEY_SIZE', undefined],
    ['a scalar of n', changed(ECC, {}, sensitive(order)), 'KEY_SIZE', undefined],
    ['another scalar', changed(ECC, {}, sensitive(u32(5))), 'BINDING', undefined],
    ['other bits', changed(HMAC, {}, sensitive(u32(5))), 'BINDING', undefined],
    ['long bits', changed(HMAC, {}, sensitive(new Uint8Array(65))), 'KEY_SIZE', PRIVATE],
    ['a short prime', changed(RSA, {}, sensitive(prime.subarray(1))), 'KEY_SIZE', PRIVATE],
    ['another prime', changed(RSA, {}, sensitive(prime.map(() => 255))), 'BINDING', undefined],
    ['a short modulus', changed(RSA, { unique: prime }), 'KEY', PUBLIC],
    [
      'a low exponent',
      changed(RSA, { parameters: { ...parameters, exponent: 5 } }),
      'VALUE',
      PUBLIC,
    ],
    ['a policy', changed(ECC, { authPolicy: u32(1) }), 'SIZE', PUBLIC],
  ];
  it.each(cases)('refuses a key with %s', (_, { inPublic, inPrivate }, rc, position) => {
    external(inPublic, inPrivate).refuses(rc, position);
  });

  it('refuses public areas that are no keys', () => {
    const { x } = ECC.inPublic.unique as { x: Uint8Array };
    const off = { ...ECC.inPublic, unique: { x, y: x } } as TpmtPublic;
    external(off, null).refuses('ECC_POINT', PUBLIC);
    const short = { ...ECC.inPublic, unique: { x: x.subarray(1), y: x } } as TpmtPublic;
    external(short, null).refuses('KEY', PUBLIC);
    external({ ...HMAC.inPublic, unique: u32(1) } as TpmtPublic, null).refuses('KEY', PUBLIC);
    external({ ...HMAC.inPublic, nameAlg: 'NULL' }, null).refuses('KEY', PUBLIC);
  });

  it('refuses a scheme for a key that does nothing', () => {
    const { inPublic, inPrivate } = outsideRsa('outside', { scheme: 'OAEP', hashAlg: 'SHA256' });
    const idle = { ...inPublic, objectAttributes: OBJECT.userWithAuth } as const;
    external(idle, null).refuses('SCHEME', PUBLIC);
    external({ ...idle, nameAlg: 'NULL' }, inPrivate).refuses('SCHEME', PUBLIC);
  });

  it('refuses when all slots are taken', () => {
    const full = withPrimary(withPrimary(withPrimary(started('swtpm')).tpm).tpm).tpm;
    external(ECC.inPublic, null, TPM_RH.OWNER, full).refuses('OBJECT_MEMORY');
  });
});

describe('readPublic', () => {
  it('shows the public area and the Names', () => {
    const { publicArea, name, qualifiedName } = objectAt(child.tpm, child.handle);
    given(child.tpm)
      .when(readPublic, { objectHandle: child.handle })
      .then([])
      .answers({ outPublic: publicArea, name, qualifiedName });
  });

  it('has nothing to show of a sequence', () => {
    const sequence = {
      kind: 'sequence',
      purpose: 'hash',
      auth: EMPTY_SECRET,
      hashes: [],
      key: null,
      isTicketSafe: null,
    } as const;
    given(tpm, { type: 'SequenceStarted', handle: CHILD, sequence })
      .when(readPublic, { objectHandle: CHILD })
      .refuses('SEQUENCE');
  });
});

describe('a private area', () => {
  it('is encrypted: no secret can be seen in it', () => {
    const data = secretText('the sealed data itself');
    const input = { parentHandle: PARENT, inPublic: SEALED_DATA, ...creation(data, data) };
    const { outPrivate } = given(tpm).when(create, input).response;
    expect(String(outPrivate)).not.toContain(String(data.octets));
  });
});
