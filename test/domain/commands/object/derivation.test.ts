import { describe, expect, it } from 'vitest';
import { createLoaded } from '../../../../domain/commands/object/createLoaded.ts';
import { create } from '../../../../domain/commands/object/create.ts';
import { hmac } from '../../../../domain/crypto/hash.ts';
import { OBJECT } from '../../../../domain/structures/attributes.ts';
import { toOctets } from '../../../../domain/structures/codec.ts';
import { EMPTY, toHex } from '../../../../domain/structures/octets.ts';
import {
  TPMS_DERIVE,
  TPMT_PUBLIC_DERIVED,
  type TpmtPublic,
  type TpmtSensitive,
} from '../../../../domain/structures/public.ts';
import { EMPTY_SECRET, Secret } from '../../../../domain/structures/secret.ts';
import { objectAt } from '../../../../domain/tpm/entities.ts';
import { loadedObject } from '../../../../domain/tpm/loading.ts';
import { TPM_RH } from '../../../../domain/structures/handles.ts';
import { given } from '../../../support/given.ts';
import { RSA_STORAGE_KEY, SEALED_DATA } from '../../../support/keys.ts';
import { creation, withPrimary } from '../../../support/objects.ts';
import { STORAGE_KEY, cipherKey, signingKey } from '../../../support/templates.ts';
import { after, started } from '../../../support/tpms.ts';

const PARENT = 0x80000000;
const SEED = new Uint8Array(32).fill(7);
const BITS = new Uint8Array(32).fill(9);
const LABEL = Uint8Array.of(1, 2, 3);
const CONTEXT = Uint8Array.of(4, 5);
const ATTRIBUTES = OBJECT.userWithAuth | OBJECT.noDA | OBJECT.fixedParent;

/** A parent whose secret is known: another TPM with the same one derives the same objects. */
const PUBLIC: TpmtPublic = {
  ...SEALED_DATA,
  objectAttributes: OBJECT.userWithAuth | OBJECT.noDA | OBJECT.restricted | OBJECT.decrypt,
  parameters: { scheme: { scheme: 'XOR', hashAlg: 'SHA256', kdf: 'KDF1_SP800_108' } },
  unique: hmac('SHA256', SEED, BITS),
};
const SENSITIVE: TpmtSensitive = {
  sensitiveType: 'KEYEDHASH',
  authValue: EMPTY_SECRET,
  seedValue: new Secret(SEED),
  sensitive: new Secret(BITS),
};
const tpm = after(started('swtpm'), {
  type: 'ObjectLoaded',
  handle: PARENT,
  object: loadedObject(TPM_RH.OWNER, PUBLIC, SENSITIVE),
});

const NONE = { scheme: 'NULL' } as const;
const SIGNING: TpmtPublic = {
  ...signingKey(),
  objectAttributes: ATTRIBUTES | OBJECT.sign,
  parameters: { ...signingKey().parameters, scheme: NONE },
};
const HMAC_KEY: TpmtPublic = {
  ...SEALED_DATA,
  objectAttributes: ATTRIBUTES | OBJECT.sign,
  parameters: { scheme: { scheme: 'HMAC', hashAlg: 'SHA256' } },
};
const CIPHER: TpmtPublic = {
  ...cipherKey(0, 'CFB'),
  objectAttributes: ATTRIBUTES | OBJECT.decrypt,
};

type Named = { readonly label: Uint8Array; readonly context: Uint8Array };
const NAMED: Named = { label: LABEL, context: CONTEXT };
const UNNAMED: Named = { label: EMPTY, context: EMPTY };

function derived(template: TpmtPublic, unique: Named = NAMED, data = EMPTY_SECRET) {
  const inPublic = toOctets(TPMT_PUBLIC_DERIVED, { ...template, unique } as never);
  const input = { parentHandle: PARENT, inPublic, ...creation(EMPTY_SECRET, data) };
  return given(tpm).when(createLoaded, input);
}
function nameOf(...asked: Parameters<typeof derived>): string {
  return toHex(derived(...asked).response['name'] as Uint8Array);
}
function inData(named: Named): Secret {
  return new Secret(toOctets(TPMS_DERIVE, named));
}

describe('createLoaded under a derivation parent', () => {
  it('derives the same objects as every TPM', () => {
    const fromSwtpm = [
      [SIGNING, '000b21edb0580a42cfabfd4836fba166740a30a3ba017e87b6e67b2c48bc12fbf87f'],
      [HMAC_KEY, '000b89d3bca7974de2fc43ab20d5ecc30040b70e8df2c485b4ac8e5caac4072e0a2e'],
      [CIPHER, '000b8271c7184ca693c6a1000b29e0f4a5d97aacbb324eb442f3771090c750749ff6'],
    ] as const;
    for (const [template, name] of fromSwtpm) expect(nameOf(template)).toBe(name);
  });

  it('loads them, and does not let them out', () => {
    const outcome = derived(SIGNING).records('ObjectLoaded').answers({ outPrivate: EMPTY });
    expect(objectAt(outcome.tpm, 0x80000001)).toMatchObject({ isPrimary: false });
  });

  it('takes label and context from the data where the template says nothing', () => {
    const name = nameOf(SIGNING);
    expect(nameOf(SIGNING, UNNAMED, inData(NAMED))).toBe(name);
    expect(nameOf(SIGNING, { ...NAMED, context: EMPTY }, inData(NAMED))).toBe(name);
    expect(nameOf(SIGNING, NAMED, inData({ label: CONTEXT, context: LABEL }))).toBe(name);
    expect(nameOf(SIGNING, { label: CONTEXT, context: LABEL })).not.toBe(name);
  });

  it('refuses what is not derived', () => {
    const { objectAttributes } = SIGNING;
    derived(RSA_STORAGE_KEY).refuses('TYPE', { parameter: 2 });
    const madeHere = objectAttributes | OBJECT.sensitiveDataOrigin;
    derived({ ...SIGNING, objectAttributes: madeHere }).refuses('ATTRIBUTES');
    for (const attributes of [OBJECT.fixedParent, OBJECT.fixedTPM, OBJECT.encryptedDuplication]) {
      const change = { objectAttributes: objectAttributes ^ attributes };
      derived({ ...SIGNING, ...change }).refuses('ATTRIBUTES', { parameter: 2 });
    }
    const storage = ATTRIBUTES | OBJECT.restricted | OBJECT.decrypt;
    const change = { objectAttributes: storage };
    derived({ ...STORAGE_KEY, ...change }).refuses('SYMMETRIC', { parameter: 2 });
  });

  it('refuses labels that are too long, and data that holds none', () => {
    const label = new Uint8Array(33);
    derived(SIGNING, { label, context: EMPTY }).refuses('SIZE', { parameter: 2 });
    derived(SIGNING, UNNAMED, inData({ label, context: EMPTY })).refuses('SIZE');
    derived(SIGNING, UNNAMED, new Secret(Uint8Array.of(0))).refuses('INSUFFICIENT');
  });

  it('refuses another object than there are slots, but first what is no parent', () => {
    const full = withPrimary(withPrimary(tpm, signingKey()).tpm).tpm;
    const input = { inPublic: EMPTY, ...creation() };
    given(full)
      .when(createLoaded, { parentHandle: PARENT, ...input })
      .refuses('OBJECT_MEMORY');
    given(full)
      .when(createLoaded, { parentHandle: 0x80000001, ...input })
      .refuses('TYPE', { handle: 1 });
  });
});

describe('create under a derivation parent', () => {
  it('is refused', () => {
    given(tpm)
      .when(create, { parentHandle: PARENT, inPublic: signingKey(), ...creation() })
      .refuses('TYPE', { handle: 1 });
  });
});
